"""Batches, their items, and how far they are."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from services.ingest.cleaning import Cleaning
from services.ingest.row_choice import RowChoice
from shared.postgres import Connection


async def list_workflows(connection: Connection, client_id: UUID) -> Sequence[asyncpg.Record]:
    """Return name and document of each workflow: the client's own, the newest first, then those of the software."""
    return await connection.fetch(
        "SELECT name, document FROM workflows_of($1) ORDER BY is_own DESC, made_at DESC NULLS LAST, name", client_id
    )


async def list_providers(connection: Connection, client_id: UUID, names: Sequence[str]) -> Sequence[asyncpg.Record]:
    """Return name, version and variables of these providers, in the versions that the client asks them by now."""
    return await connection.fetch(
        """
        SELECT name, version, document -> 'variables' AS variables FROM providers_of($1)
        WHERE name = ANY($2::text[]) ORDER BY name
        """,
        client_id,
        names,
    )


async def insert_items(
    connection: Connection, client_id: UUID, batch_id: UUID, *, choice: RowChoice, cleaning: Cleaning
) -> int:
    """Append an item for each chosen row, numbered in the order of the file; return how many."""
    made: int = await connection.fetchval(
        "SELECT make_items($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        client_id,
        batch_id,
        choice.upload_id,
        choice.first,
        choice.last,
        choice.rows,
        choice.sample,
        cleaning.fields,
        cleaning.columns,
        cleaning.kinds,
        choice.skip_duplicates,
    )
    return made


async def has_item_to_ask_about(connection: Connection, client_id: UUID, batch_id: UUID) -> bool:
    """Tell whether any item has what a provider can be asked about."""
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (SELECT FROM batch_items
                       WHERE client_id = $1 AND batch_id = $2 AND can_be_asked_about(input))
        """,
        client_id,
        batch_id,
    )
    return found


_FACTS = ("upload_id", "name", "source", "workflow", "items", "sample", "budget", "tolerated_failures", "overrides")


async def insert_batch(connection: Connection, client_id: UUID, batch_id: UUID, facts: Mapping[str, object]) -> None:
    """Append the batch itself; `facts` are its other columns."""
    await connection.execute(
        """
        INSERT INTO batches (client_id, batch_id, upload_id, name, source, workflow, items, sample, budget,
                             tolerated_failures, overrides)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        """,
        client_id,
        batch_id,
        *(facts[column] for column in _FACTS),
    )


async def batch_exists(connection: Connection, client_id: UUID, batch_id: UUID) -> bool:
    """Tell whether the client has this batch."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM batches WHERE client_id = $1 AND batch_id = $2)", client_id, batch_id
    )
    return found


async def list_batches(
    connection: Connection, client_id: UUID, *, only: UUID | None = None, after: UUID | None = None, limit: int = 1
) -> Sequence[asyncpg.Record]:
    """Return batches with their progress, newest first: older than `after`, or `only` this one."""
    return await connection.fetch(
        """
        SELECT batches.batch_id, batches.upload_id, batches.name, batches.source, batches.workflow, batches.items,
               batches.overrides, batches.launched_at, batch_runs.state, batch_runs.reason, batch_runs.completion,
               batch_runs.seal, batch_runs.completed_at,
               coalesce(batch_runs.budget, batches.budget) AS budget, batch_runs.reserved, batch_runs.spent,
               progress.*, waited.waiting,
               projections.completion AS projected_completion,
               projections.leads, projections.jobs, projections.rules
        FROM batches
        LEFT JOIN batch_runs USING (client_id, batch_id)
        LEFT JOIN projections USING (client_id, batch_id)
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(succeeded), 0) AS succeeded, coalesce(sum(no_match), 0) AS no_match,
                   coalesce(sum(failed), 0) AS failed, coalesce(sum(unknown), 0) AS unknown,
                   coalesce(sum(skipped), 0) AS skipped,
                   coalesce(sum(last_item - first_item + 1 - succeeded - no_match - failed - unknown - skipped)
                            FILTER (WHERE state = 'running'), 0) AS running
            FROM batch_chunks
            WHERE batch_chunks.client_id = batches.client_id AND batch_chunks.batch_id = batches.batch_id
        ) AS progress
        CROSS JOIN LATERAL (
            SELECT coalesce(jsonb_agg(jsonb_build_object(
                       'provider', gate.provider,
                       'reason', CASE WHEN gate.paused_until > now() THEN gate.paused_reason
                                      WHEN gate.closed_until > now() THEN gate.closed_reason ELSE chunk.reason END,
                       'until', nullif(chunk.until, 'infinity')) ORDER BY gate.provider), '[]') AS waiting
            FROM (SELECT waiting_for AS provider, max(run_at) AS until, max(reason) AS reason FROM batch_chunks
                  WHERE batch_chunks.client_id = batches.client_id AND batch_chunks.batch_id = batches.batch_id
                    AND state = 'queued' AND waiting_for IS NOT NULL AND run_at > now()
                  GROUP BY waiting_for) AS chunk
            JOIN provider_gates AS gate ON gate.client_id = batches.client_id AND gate.provider = chunk.provider
        ) AS waited
        WHERE batches.client_id = $1 AND ($2::uuid IS NULL OR batches.batch_id = $2)
            AND ($3::uuid IS NULL OR batches.batch_id < $3)
        ORDER BY batches.batch_id DESC LIMIT $4
        """,
        client_id,
        only,
        after,
        limit,
    )
