"""What a batch's answers cost, and what became of them."""

from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def spend_of(connection: Connection, client_id: UUID, batch_id: UUID) -> list[asyncpg.Record]:
    """Return for each step, provider and unit: results, those that found something, the amount, how sure it is."""
    return await connection.fetch(
        """
        SELECT step, provider, cost_unit AS unit, count(*) AS results, count(*) FILTER (WHERE outcome = 'ok') AS found,
               sum(cost_amount) AS amount, coalesce(sum(cost_amount) FILTER (WHERE cost_source = 'estimated'), 0)
               AS estimated, count(*) FILTER (WHERE cost_source = 'unknown') AS unknown
        FROM enrichment_results
        WHERE client_id = $1 AND batch_id = $2 AND attempt > 0
        GROUP BY step, provider, cost_unit
        ORDER BY step, provider, cost_unit
        """,
        client_id,
        batch_id,
    )


async def surviving_values(connection: Connection, client_id: UUID, batch_id: UUID) -> list[asyncpg.Record]:
    """Return `field_no` (from 1, of the rules' fields), `origin` and `leads`: whose values stand in the leads."""
    return await connection.fetch(
        """
        SELECT field_no, origin, count(*) AS leads
        FROM final_leads CROSS JOIN LATERAL unnest(origins) WITH ORDINALITY AS told (origin, field_no)
        WHERE client_id = $1 AND batch_id = $2 AND origin >= 0
        GROUP BY field_no, origin
        ORDER BY field_no, leads DESC, origin
        """,
        client_id,
        batch_id,
    )
