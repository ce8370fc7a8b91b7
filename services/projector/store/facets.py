"""Leads counted by the values of filters, and whether there is a value at all."""

# ruff: noqa: S608 - columns and conditions are those of the filters, which stand in the code

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.projector.filter import Filter
from services.projector.store.leads import Where
from shared.postgres import Connection


async def count_by_values(
    connection: Connection, where: Where, filters: Sequence[Filter], limit: int
) -> list[asyncpg.Record]:
    """Return `name`, `value` (as text) and `leads` of the most frequent `limit` values of each of the filters."""
    names = [each.name for each in filters]
    listed = ", ".join(names)
    columns = ", ".join(f"({each.column})::text AS {each.name}" for each in filters)
    sets = ", ".join(f"({name})" for name in names)
    # grouping() has a bit for each column, the first one's the highest, that is set where it is not grouped by.
    which = " ".join(f"WHEN {_all_but(place, len(names))} THEN '{name}'" for place, name in enumerate(names))
    value = " ".join(f"WHEN {_all_but(place, len(names))} THEN {name}" for place, name in enumerate(names))
    return await connection.fetch(
        f"""
        WITH counted AS (  -- the first of the pieces is client_id = $1
            SELECT CASE grouping({listed}) {which} END AS name, CASE grouping({listed}) {value} END AS value,
                   count(*) AS leads
            FROM (SELECT {columns} FROM final_leads WHERE {" AND ".join(where.pieces)}) AS lead
            GROUP BY GROUPING SETS ({sets})
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY name ORDER BY leads DESC, value) AS place
            FROM counted WHERE value IS NOT NULL
        )
        SELECT name, value, leads FROM ranked WHERE place <= ${len(where.parameters) + 1} ORDER BY name, place
        """,
        *where.parameters,
        limit,
    )


def _all_but(place: int, columns: int) -> int:
    return (1 << columns) - 1 - (1 << (columns - 1 - place))


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
