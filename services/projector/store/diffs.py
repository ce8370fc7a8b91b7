"""What a draft would change: counted over the batch, and lead by lead."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def changed_fields(connection: Connection, client_id: UUID, batch_id: UUID) -> tuple[int, dict[str, int]]:
    """Return how many leads have other values in the draft, and for each field how many."""
    rows = await connection.fetch(
        """
        WITH changed AS MATERIALIZED (
            SELECT live, draft FROM projection_draft.compared_leads
            WHERE client_id = $1 AND batch_id = $2 AND live <> draft
        )
        SELECT NULL AS field, count(*)::integer AS leads FROM changed
        UNION ALL
        SELECT field.key, count(*)::integer
        FROM changed CROSS JOIN LATERAL jsonb_each(draft) AS field
        WHERE field.value IS DISTINCT FROM live -> field.key
        GROUP BY field.key
        ORDER BY 2 DESC, 1
        """,
        client_id,
        batch_id,
    )
    counts = {row["field"]: row["leads"] for row in rows}
    return counts.pop(None, 0), counts


async def changed_jobs(connection: Connection, client_id: UUID, batch_id: UUID) -> tuple[int, int]:
    """Return how many jobs the draft adds to the work history, and how many it takes away."""
    row = await connection.fetchrow(
        """
        WITH item AS MATERIALIZED (
            SELECT client_id, batch_item_id FROM projection.final_leads WHERE client_id = $1 AND batch_id = $2
        ), live AS MATERIALIZED (
            SELECT batch_item_id, job FROM item JOIN projection.told_jobs USING (client_id, batch_item_id)
        ), draft AS MATERIALIZED (
            SELECT batch_item_id, job FROM item JOIN projection_draft.told_jobs USING (client_id, batch_item_id)
        )
        SELECT (SELECT count(*) FROM (SELECT * FROM draft EXCEPT ALL SELECT * FROM live) AS added)::integer AS added,
               (SELECT count(*) FROM (SELECT * FROM live EXCEPT ALL SELECT * FROM draft) AS removed)::integer AS removed
        """,
        client_id,
        batch_id,
    )
    assert row is not None  # noqa: S101 - it is one row of counts
    return row["added"], row["removed"]


async def changed_leads(
    connection: Connection, client_id: UUID, batch_id: UUID, *, field: str | None, after: int, limit: int
) -> list[asyncpg.Record]:
    """Return the leads behind item number `after` that the draft changes, in their order, as both have them.

    `field`: only those in which this field changes; None: those with another value or another work history.
    """
    return await connection.fetch(
        """
        SELECT item_no, batch_item_id, full_name, live, draft, live_origins, draft_origins
        FROM projection_draft.compared_leads AS compared
        WHERE client_id = $1 AND batch_id = $2 AND item_no > $3
        AND CASE WHEN $4::text IS NOT NULL THEN live -> $4 IS DISTINCT FROM draft -> $4
                 ELSE live <> draft
                      OR EXISTS (SELECT job FROM projection.told_jobs AS told
                                 WHERE told.client_id = $1 AND told.batch_item_id = compared.batch_item_id
                                 EXCEPT SELECT job FROM projection_draft.told_jobs AS told
                                 WHERE told.client_id = $1 AND told.batch_item_id = compared.batch_item_id)
                      OR EXISTS (SELECT job FROM projection_draft.told_jobs AS told
                                 WHERE told.client_id = $1 AND told.batch_item_id = compared.batch_item_id
                                 EXCEPT SELECT job FROM projection.told_jobs AS told
                                 WHERE told.client_id = $1 AND told.batch_item_id = compared.batch_item_id) END
        ORDER BY item_no
        LIMIT $5
        """,
        client_id,
        batch_id,
        after,
        field,
        limit,
    )


async def jobs_of_both(
    connection: Connection, client_id: UUID, batch_item_ids: Sequence[UUID]
) -> dict[UUID, dict[str, list[object]]]:
    """Return for each lead the jobs that the draft adds and those it takes away, latest first; no others."""
    rows = await connection.fetch(
        """
        WITH live AS (
            SELECT batch_item_id, job FROM projection.told_jobs WHERE client_id = $1 AND batch_item_id = ANY ($2)
        ), draft AS (
            SELECT batch_item_id, job FROM projection_draft.told_jobs WHERE client_id = $1 AND batch_item_id = ANY ($2)
        )
        SELECT batch_item_id, what, jsonb_agg(job ORDER BY job ->> 'start_date' DESC, job::text) AS jobs
        FROM (
            SELECT 'added' AS what, * FROM (SELECT * FROM draft EXCEPT ALL SELECT * FROM live) AS added
            UNION ALL
            SELECT 'removed', * FROM (SELECT * FROM live EXCEPT ALL SELECT * FROM draft) AS removed
        ) AS changed
        GROUP BY batch_item_id, what
        """,
        client_id,
        list(batch_item_ids),
    )
    found: dict[UUID, dict[str, list[object]]] = {}
    for row in rows:
        found.setdefault(row["batch_item_id"], {"added": [], "removed": []})[row["what"]] = row["jobs"]
    return found
