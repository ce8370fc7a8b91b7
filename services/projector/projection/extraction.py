"""How values are taken out of an answer's JSON: the parts that every statement over answers shares."""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Sequence

from psycopg import sql

from services.projector.projection.kinds import BLANKS
from services.projector.projection.source import Source
from services.projector.rules.path import members
from services.projector.rules.reading import DateParts, Reading

Place = str | DateParts
"""A path, or several that make up a date."""


def literal(value: object) -> str:
    """Return a value as a SQL literal."""
    return sql.Literal(value).as_string(None)


def text_at(root: str, paths: Sequence[Place], nothing: Sequence[str] = ()) -> str:
    """Return the SQL of the first non-blank text at the paths, trimmed; NULL if there is none."""
    if not paths:
        return "NULL::text"
    found = [f"nullif(btrim({_text(root, path)}, {BLANKS}), '')" for path in paths]
    for word in nothing:
        found = [f"nullif({text}, {literal(word)})" for text in found]
    return found[0] if len(found) == 1 else f"coalesce({', '.join(found)})"


def _text(root: str, path: Place) -> str:
    if isinstance(path, DateParts):
        return _date_text(root, path)
    if path == "$":
        return f"({root} #>> '{{}}')"
    keys = members(path)
    if keys is None:
        return f"(jsonb_path_query_first({root}, {literal(path)}, '{{}}', true) #>> '{{}}')"
    if len(keys) == 1:
        return f"({root} ->> {literal(keys[0])})"
    return f"({root} #>> {literal('{' + ','.join(keys) + '}')})"


def _date_text(root: str, parts: DateParts) -> str:
    """Return the SQL of an ISO text; what stands behind a part that is not there does not count."""
    year, month, day = (
        f"nullif({_text(root, path)}, '0')" if path else "NULL" for path in (parts.year, parts.month, parts.day)
    )
    exact = f"{year} || '-' || lpad({month}, 2, '0')"
    return f"coalesce({exact} || '-' || lpad({day}, 2, '0'), {exact}, {year})"


def rows_of(reading: Reading, rows: str) -> str:
    """Return the path of rows in an answer that is no stub."""
    return reading.when + rows.removeprefix("$")


_SHARED_BY = """
            JOIN company_items AS member ON member.client_id = $1 AND member.company_id = answer.company_id"""


def told_by(source: Source, *, one_item: bool) -> str:
    """Return the subquery `answer`: what a source told about batch $2 of client $1.

    Of each item the newest `ok` answer; or of item $3 alone, the one that is among the results $4.
    """
    item = " AND answer.batch_item_id = $3" if one_item else ""
    if source.step is None:
        item += " AND $4::uuid[] IS NOT NULL" if one_item else ""
        return f"""(SELECT batch_item_id, NULL::uuid AS result_id, NULL::timestamptz AS created_at, input AS payload
            FROM batch_items AS answer WHERE answer.client_id = $1 AND answer.batch_id = $2{item}) AS answer"""
    of_item, shared_by = ("member", _SHARED_BY) if source.per_company else ("answer", "")
    item = f" AND {of_item}.batch_item_id = $3" if one_item else ""
    return f"""(SELECT {of_item}.batch_item_id, answer.result_id, answer.created_at, answer.json_payload AS payload
            FROM enrichment_results AS answer{shared_by}
            WHERE answer.client_id = $1 AND answer.batch_id = $2{item} AND answer.step = {literal(source.step)}
            AND answer.provider = {literal(source.provider)} AND answer.outcome = 'ok'{_only(source, one_item=one_item)}
            ) AS answer"""


def _only(source: Source, *, one_item: bool) -> str:
    if one_item:
        return " AND answer.result_id = ANY ($4::uuid[])"
    until = _until(source, "answer")
    if not source.is_repeated:
        return until
    return f"""{until} AND NOT EXISTS (
                SELECT FROM enrichment_results AS newer
                WHERE newer.client_id = $1 AND newer.subject_id = answer.subject_id AND newer.step = answer.step
                AND newer.provider = answer.provider AND newer.outcome = 'ok'
                AND newer.attempt > answer.attempt{_until(source, "newer")})"""


def _until(source: Source, answer: str) -> str:
    return "" if source.as_of is None else f" AND {answer}.created_at <= {literal(source.as_of)}"
