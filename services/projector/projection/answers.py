"""What each source says about each lead: one row per item and source, fields and addresses, nothing chosen yet."""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Mapping, Sequence

from services.projector.projection.address import Address, addresses_of, listed_addresses_of
from services.projector.projection.column import Column, paths_unread
from services.projector.projection.extraction import literal, rows_of, told_by
from services.projector.projection.kinds import precision_of
from services.projector.projection.source import Source
from services.projector.rules.fields import FIELDS, Kind
from services.projector.rules.reading import Reading

_TYPES = {Kind.DATE: "date", Kind.INTEGER: "integer", Kind.YEAR: "smallint", Kind.MONEY: "bigint"}

# A company's domain and page are worked out later, once for each distinct company.
_LEFT_AS_TOLD = frozenset({Kind.WEBSITE, Kind.COMPANY_LINKEDIN})

_NOT_AN_OBJECT = ("shape <> 'object'", "$")


def read_answers(sources: Sequence[Source], *, one_item: bool = False) -> str:
    """Return the query of all sources' rows; parameters: client, batch, and the item if it is for one."""
    return "\nUNION ALL\n".join(_read(source, one_item=one_item) for source in sources)


def _read(source: Source, *, one_item: bool) -> str:
    reading = source.reading
    fields, addresses = _fields(reading), addresses_of(reading)
    columns = [*fields.values(), *(column for address in addresses for column in address.columns)]
    refusals = [column.refusal() for column in fields.values()]
    refusals += [refusal for address in addresses for refusal in address.refusals()]
    return f"""SELECT {source.source_no}::smallint AS source_no, batch_item_id, result_id, created_at AS told_at,
        {_values(fields)},
        {_packed(addresses)},
        {paths_unread([_NOT_AN_OBJECT, *refusals])} AS unread
    FROM (
        SELECT *{"".join(f", {column.value()}" for column in columns)}
        FROM (
            SELECT answer.batch_item_id, answer.result_id, answer.created_at, jsonb_typeof(root) AS shape
                {"".join(f", {column.taken('root')}" for column in columns)}
            FROM {told_by(source, one_item=one_item)}
            CROSS JOIN LATERAL jsonb_path_query_first(answer.payload, {literal(reading.when)}, '{{}}', true) AS root
            WHERE root IS NOT NULL
            OFFSET '0'
        ) AS taken
        OFFSET '0'
    ) AS read"""


def _fields(reading: Reading) -> dict[str, Column]:
    return {
        field: Column(
            name=field,
            kind=Kind.TOLD if FIELDS[field] in _LEFT_AS_TOLD else FIELDS[field],
            paths=paths,
            nothing=() if FIELDS[field] is Kind.NAME else reading.nothing,
        )
        for field, paths in reading.fields.items()
    }


def _values(fields: Mapping[str, Column]) -> str:
    values = []
    for field, kind in FIELDS.items():
        column = fields.get(field)
        values.append(f"NULL::{_TYPES.get(kind, 'text')} AS {field}" if column is None else field)
        if kind is Kind.DATE:
            exact = (
                "NULL"
                if column is None
                else f"CASE WHEN {field} IS NOT NULL THEN {precision_of(kind, column.text)} END"
            )
            values.append(f"({exact})::smallint AS {field}_precision")
    return ",\n        ".join(values)


def _packed(addresses: Sequence[Address]) -> str:
    emails = ", ".join(address.address() for address in addresses)
    verdicts = ", ".join(address.verdict() for address in addresses)
    times = ", ".join(address.told_at() for address in addresses)
    return f"""ARRAY[{emails}]::text[] AS emails, ARRAY[{verdicts}]::text[] AS verdicts,
        ARRAY[{times}]::timestamptz[] AS verdicts_told_at"""


def read_listed_addresses(sources: Sequence[Source], *, one_item: bool = False) -> str:
    """Return the query of the addresses that stand in rows of an answer; parameters as for `read_answers`."""
    listed = [
        _listed(source, rows, address, one_item=one_item)
        for source in sources
        for rows, address in listed_addresses_of(source.reading)
    ]
    return "\nUNION ALL\n".join([_NO_ADDRESS, *listed])


_NO_ADDRESS = """SELECT 0::smallint AS source_no, NULL::uuid AS batch_item_id, NULL::uuid AS result_id,
    NULL::text AS email, NULL::text AS verdict, NULL::timestamptz AS told_at, false AS verifies, '' AS json_path,
    NULL::text[] AS unread WHERE $1::uuid IS NULL AND $2::uuid IS NULL"""


def _listed(source: Source, rows: str, address: Address, *, one_item: bool) -> str:
    row = f"{literal(rows.removesuffix('[*]'))} || '[' || row_no - 1 || ']'"
    path = f"{row} || {literal(address.email.address.removeprefix('$'))}"
    return f"""SELECT {source.source_no}::smallint, batch_item_id, result_id, {address.address()}, {address.verdict()},
        coalesce({address.told_at()}, created_at), {address.email.verifies}, {path},
        {paths_unread(address.refusals(), prefix=row)}
    FROM (
        SELECT *{"".join(f", {column.value()}" for column in address.columns)}
        FROM (
            SELECT answer.batch_item_id, answer.result_id, answer.created_at, row_no
                {"".join(f", {column.taken('root')}" for column in address.columns)}
            FROM {told_by(source, one_item=one_item)}
            CROSS JOIN LATERAL jsonb_path_query(answer.payload, {literal(rows_of(source.reading, rows))}, '{{}}', true)
                WITH ORDINALITY AS told (root, row_no)
            WHERE jsonb_typeof(root) IN ('object', 'string')
            OFFSET '0'
        ) AS taken
        OFFSET '0'
    ) AS read"""
