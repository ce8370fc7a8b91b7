"""Leads counted by the values of filters, and whether there is a value at all."""

# ruff: noqa: S608 - columns and conditions are those of the filters, which stand in the code

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.projector.filter import Filter
from services.projector.store.where import Where
from shared.postgres import Connection


def by_values(filters: Sequence[Filter], *, of: str, what: str) -> str:
    """Return the query that makes one pass over leads, and of every value of each filter a row.

    Its columns: `name` (of the filter), `value` (as text, or NULL), and `what`, an aggregate. `of`: FROM what, WHERE.
    """
    names = [each.name for each in filters]
    columns = ", ".join(f"({each.column})::text COLLATE pg_c_utf8 AS {each.name}" for each in filters)
    # grouping() has a bit for each column, the first one's the highest, that is set where it is not grouped by.
    places = [(1 << len(names)) - 1 - (1 << place) for place in reversed(range(len(names)))]
    which = " ".join(f"WHEN {place} THEN '{name}'" for place, name in zip(places, names, strict=True))
    value = " ".join(f"WHEN {place} THEN {name}" for place, name in zip(places, names, strict=True))
    grouping = f"CASE grouping({', '.join(names)})"
    sets = ", ".join(f"({name})" for name in names)
    return f"""SELECT {grouping} {which} END AS name, {grouping} {value} END AS value, {what}
        FROM (SELECT {columns}, item_no FROM {of}) AS lead
        GROUP BY GROUPING SETS ({sets})"""


async def count_by_values(
    connection: Connection, where: Where, filters: Sequence[Filter], limit: int
) -> list[asyncpg.Record]:
    """Return `name`, `value` (as text) and `leads` of the most frequent `limit` values of each of the filters."""
    of = f"final_leads WHERE {where.text}"
    return await connection.fetch(
        f"""
        WITH counted AS (  -- begins with client_id = $1
            {by_values(filters, of=of, what="count(*) AS leads")}
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY name ORDER BY leads DESC, value) AS place
            FROM counted WHERE value IS NOT NULL
        )
        SELECT name, value, leads FROM ranked WHERE place <= ${len(where.parameters) + 1} ORDER BY name, place
        """,
        *where.parameters,
        limit,
    )


async def some_values(connection: Connection, client_id: UUID, filter_: Filter, limit: int) -> list[str]:
    """Return a few of the values, as text, that the filter would find."""
    table = "person_work_history" if filter_.of_former_job else "final_leads"
    former = "AND is_current IS NOT TRUE" if filter_.of_former_job else ""
    rows = await connection.fetch(
        f"""
        SELECT DISTINCT value FROM (
            SELECT ({filter_.column})::text AS value FROM {table}
            WHERE client_id = $1 AND ({filter_.column}) IS NOT NULL {former}
            LIMIT 100
        ) AS told
        ORDER BY value
        LIMIT $2
        """,
        client_id,
        limit,
    )
    return [row["value"] for row in rows]
