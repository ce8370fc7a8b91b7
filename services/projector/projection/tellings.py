"""Every telling of a job: one row per row of an answer's work history, not yet merged."""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Mapping, Sequence

from services.projector.projection.column import Column, paths_unread
from services.projector.projection.dates import part_of
from services.projector.projection.extraction import literal, rows_of, text_at, told_by
from services.projector.projection.kinds import precision_of
from services.projector.projection.source import Source
from services.projector.rules.fields import Kind
from services.projector.rules.reading import CurrentReading, WorkHistoryReading

_MOST_ROWS = 10_000
"""`telling_no` counts the rows of one reading of an answer below this; what comes after is not read."""

_LONGEST_FLAG = 12
"""Octets; only what is longer can be a range of dates."""

_COMPANY = ("company_name", "company_website", "company_page")

_NOTHING = """SELECT 0::smallint AS source_no, NULL::uuid AS batch_item_id, NULL::uuid AS result_id, 0 AS telling_no,
    '' AS company_name, '' AS company_website, '' AS company_page, NULL::text AS title, NULL::date AS start_date,
    0::smallint AS start_precision, NULL::date AS end_date, 0::smallint AS end_precision, NULL::boolean AS is_current,
    '' AS json_path, NULL::text[] AS unread
    WHERE $1::uuid IS NULL AND $2::uuid IS NULL"""


def read_tellings(sources: Sequence[Source], *, one_item: bool = False) -> str:
    """Return the query of all tellings of jobs; parameters: client, batch, and the item if it is for one.

    What names the company is '' where nothing is told, so that it can be joined on.
    """
    told = [
        _read(source, number, history, one_item=one_item)
        for source in sources
        for number, history in enumerate(source.reading.work_history)
    ]
    return "\nUNION ALL\n".join([_NOTHING, *told])


def _read(source: Source, number: int, history: WorkHistoryReading, *, one_item: bool) -> str:
    columns = _columns(history)
    row = f"{literal(history.rows.removesuffix('[*]'))} || '[' || row_no - 1 || ']'"
    rows = literal(rows_of(source.reading, history.rows))
    refusals = [("shape <> 'object'", "$"), *(column.refusal() for column in columns.values())]
    return f"""SELECT {source.source_no}::smallint, batch_item_id, result_id, ({number * _MOST_ROWS} + row_no)::integer,
        {_values(history, columns)}, {row}, {paths_unread(refusals, prefix=row)}
    FROM (
        SELECT *{"".join(f", {column.value()}" for column in columns.values())}
        FROM (
            SELECT answer.batch_item_id, answer.result_id, row_no, jsonb_typeof(root) AS shape,
                {text_at("root", history.current.path)} AS text_current
                {"".join(f", {column.taken('root')}" for column in columns.values())}
            FROM {told_by(source, one_item=one_item)}
            CROSS JOIN LATERAL jsonb_path_query(answer.payload, {rows}, '{{}}', true)
                WITH ORDINALITY AS told (root, row_no)
            WHERE row_no < {_MOST_ROWS}{_unless(history)}
            OFFSET '0'
        ) AS taken
        OFFSET '0'
    ) AS read"""


def _columns(history: WorkHistoryReading) -> dict[str, Column]:
    start, end = (Kind.MONTH_DATE, Kind.END_MONTH_DATE) if history.month_dates else (Kind.DATE, Kind.END_DATE)
    kinds = {
        "company_name": (Kind.TEXT, history.company_name),
        "company_website": (Kind.TOLD, history.company_domain),
        "company_page": (Kind.TOLD, history.company_linkedin),
        "title": (Kind.TEXT, history.title),
        "start_date": (start, history.start),
        "end_date": (end, history.end),
    }
    return {name: Column(name=name, kind=kind, paths=paths) for name, (kind, paths) in kinds.items() if paths}


def _values(history: WorkHistoryReading, columns: Mapping[str, Column]) -> str:
    names = [f"coalesce({name if name in columns else 'NULL'}, '')" for name in _COMPANY]
    start, end = columns["start_date"], columns["end_date"]
    return f"""{", ".join(names)}, title, start_date, {_precision(start)}, end_date, {_precision(end)},
        {_is_current(history.current)}"""


def _precision(date: Column) -> str:
    return f"(CASE WHEN {date.name} IS NOT NULL THEN {precision_of(date.kind, date.text)} END)::smallint"


def _is_current(current: CurrentReading) -> str:
    over, held = _says(current.over), _says(current.held)
    return f"CASE WHEN {over} OR end_date IS NOT NULL THEN false WHEN {held} THEN true END"


def _says(words: Sequence[str]) -> str:
    """Return the SQL that tells whether the flag is one of the words, or a range that ends in one."""
    if not words:
        return "false"
    listed = ", ".join(literal(word.lower()) for word in words)
    ends = part_of("text_current", is_end=True)
    return f"""CASE WHEN lower(text_current COLLATE pg_c_utf8) IN ({listed}) THEN true
            WHEN octet_length(text_current) > {_LONGEST_FLAG} THEN {ends} IN ({listed}) ELSE false END"""


def _unless(history: WorkHistoryReading) -> str:
    if history.unless is None:
        return ""
    return f" AND NOT jsonb_path_exists(root, {literal(history.unless)}, '{{}}', true)"
