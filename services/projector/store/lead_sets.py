"""Sets of leads: which leads of a batch have which value of a filter, as bits.

What several filters let through together is an AND of their sets, whatever the filters and however many leads.
"""

# ruff: noqa: S608 - columns are those of the filters, which stand in the code

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.projector.filter import Filter
from services.projector.store.facets import by_values
from shared.postgres import Connection

_FEW = 256
"""A value that less than one in so many leads has is found by its index."""

_SMALL = 4_096
"""In a batch of so many leads every set is kept, for they are short."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Members:
    """What leads must have: for each filter one of the values (as text); and one of the batches, if not None."""

    values: Mapping[Filter, Sequence[str]]
    batch_ids: Sequence[UUID] | None

    def parameters(self, client_id: UUID) -> list[object]:
        """Return what the queries below take: client, names and values, batches, how many filters there are."""
        pairs = [(filter_.name, value) for filter_, values in self.values.items() for value in values]
        batch_ids = None if self.batch_ids is None else list(self.batch_ids)
        return [client_id, [name for name, _ in pairs], [value for _, value in pairs], batch_ids, len(self.values)]


async def write_sets(
    connection: Connection, client_id: UUID, filters: Sequence[Filter], batch_id: UUID | None = None
) -> None:
    """Put the sets of these filters, as the leads of the batch (None: of every batch) are now, in place of the old."""
    names = [each.name for each in filters]
    await connection.execute(
        """
        DELETE FROM lead_sets
        WHERE client_id = $1 AND filter = ANY ($2::text[]) AND ($3::uuid IS NULL OR batch_id = $3)
        """,
        client_id,
        names,
        batch_id,
    )
    batch_ids = [batch_id] if batch_id is not None else await _batches(connection, client_id)
    # A value that is one of a few that there can be is worth a set, however rare.
    few_valued = [each.name for each in filters if each.type is not str]
    of = "final_leads WHERE client_id = $1 AND batch_id = $2"
    for each in batch_ids:
        await connection.execute(
            f"""
            INSERT INTO lead_sets (client_id, batch_id, filter, value, leads, members)
            SELECT $1, $2, name, value, cardinality(item_nos),
                   CASE WHEN name = ANY ($3::text[]) OR size <= $4 OR cardinality(item_nos) * $5 >= size
                   THEN bit_set(item_nos, size) END
            FROM ({by_values(filters, of=of, what="array_agg(item_no) AS item_nos")}) AS told
            CROSS JOIN (SELECT max(item_no) AS size FROM {of}) AS batch
            WHERE value IS NOT NULL
            ORDER BY name, value
            """,
            client_id,
            each,
            few_valued,
            _SMALL,
            _FEW,
        )


async def _batches(connection: Connection, client_id: UUID) -> list[UUID]:
    rows = await connection.fetch("SELECT batch_id FROM projections WHERE client_id = $1", client_id)
    return [row["batch_id"] for row in rows]


async def count_members(connection: Connection, client_id: UUID, members: Members) -> int:
    """Return how many leads there are."""
    if len(members.values) == 1:
        return await _count_of_values(connection, client_id, members)
    count: int = await connection.fetchval(
        f"{_base(members)} SELECT coalesce(sum(bit_count(members)), 0)::bigint FROM base",
        *members.parameters(client_id),
    )
    return count


async def _count_of_values(connection: Connection, client_id: UUID, members: Members) -> int:
    """Return how many leads have one of one filter's values: a lead has one alone, so kept counts add up."""
    ((filter_, values),) = members.values.items()
    count: int = await connection.fetchval(
        """
        SELECT coalesce(sum(leads), 0)::bigint FROM lead_sets
        WHERE client_id = $1 AND filter = $2 AND value = ANY ($3::text[])
        AND ($4::uuid[] IS NULL OR batch_id = ANY ($4::uuid[]))
        """,
        client_id,
        filter_.name,
        list(values),
        None if members.batch_ids is None else list(members.batch_ids),
    )
    return count


async def count_by_sets(
    connection: Connection, client_id: UUID, members: Members, *, names: Sequence[str], limit: int
) -> list[asyncpg.Record]:
    """Return `name`, `value` (as text) and `leads` of each filter's most frequent values; rare ones are left out."""
    return await connection.fetch(
        f"""
        {_base(members)}, counted AS (
            SELECT filter AS name, value, sum(bit_count(lead_sets.members & base.members)) AS leads
            FROM lead_sets JOIN base USING (batch_id)
            WHERE client_id = $1 AND filter = ANY ($6::text[]) AND lead_sets.members IS NOT NULL
            GROUP BY filter, value
            UNION ALL
            SELECT 'batch_id', batch_id::text, bit_count(members) FROM base WHERE 'batch_id' = ANY ($6::text[])
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY name ORDER BY leads DESC, value) AS place
            FROM counted WHERE leads > 0
        )
        SELECT name, value, leads::bigint FROM ranked WHERE place <= $7 ORDER BY name, place
        """,
        *members.parameters(client_id),
        list(names),
        limit,
    )


async def count_all_by_value(
    connection: Connection, client_id: UUID, *, names: Sequence[str], batch_ids: Sequence[UUID] | None, limit: int
) -> list[asyncpg.Record]:
    """Return `name`, `value` (as text) and `leads` of each filter's most frequent values, over whole batches."""
    return await connection.fetch(
        """
        WITH counted AS (
            SELECT filter AS name, value, sum(leads) AS leads
            FROM lead_sets
            WHERE client_id = $1 AND filter = ANY ($2::text[]) AND ($3::uuid[] IS NULL OR batch_id = ANY ($3::uuid[]))
            GROUP BY filter, value
            UNION ALL
            SELECT 'batch_id', batch_id::text, leads FROM projections
            WHERE client_id = $1 AND 'batch_id' = ANY ($2::text[])
            AND ($3::uuid[] IS NULL OR batch_id = ANY ($3::uuid[]))
        ), ranked AS (
            SELECT *, row_number() OVER (PARTITION BY name ORDER BY leads DESC, value) AS place FROM counted
        )
        SELECT name, value, leads::bigint FROM ranked WHERE place <= $4 ORDER BY name, place
        """,
        client_id,
        list(names),
        None if batch_ids is None else list(batch_ids),
        limit,
    )


def _base(members: Members) -> str:
    """Return the beginning of a query: `base` has, for each batch, the set of the leads that have it all."""
    rare = " ".join(
        f"""WHEN '{each.name}' THEN ARRAY(
            SELECT item_no FROM final_leads
            WHERE client_id = $1 AND batch_id = lead_sets.batch_id AND {each.column} = lead_sets.value)"""
        for each in members.values
        if each.type is str
    )
    found = f"coalesce(members, bit_set(CASE filter {rare} END, projections.leads))" if rare else "members"
    return f"""WITH told AS (
            SELECT lead_sets.batch_id, filter, bit_or({found}) AS members
            FROM unnest($2::text[], $3::text[]) AS asked (filter, value)
            JOIN lead_sets USING (filter, value)
            JOIN projections ON projections.client_id = $1 AND projections.batch_id = lead_sets.batch_id
            WHERE lead_sets.client_id = $1 AND ($4::uuid[] IS NULL OR lead_sets.batch_id = ANY ($4::uuid[]))
            GROUP BY lead_sets.batch_id, filter
        ), base AS (
            SELECT batch_id, bit_and(members) AS members FROM told GROUP BY batch_id HAVING count(*) = $5
        )"""
