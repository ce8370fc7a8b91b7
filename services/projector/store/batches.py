"""Batches as the projector sees them: is there something to project, and is it its turn."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.projector.projection.source import AnswerGroup
from shared.postgres import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchState:
    """A batch: how far execution is, and which completion (None: none) is projected."""

    source: str
    steps: tuple[str, ...]
    run_state: str | None
    completion: int
    as_of: datetime
    projected_completion: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Projection:
    """What a rebuild says of itself."""

    client_id: UUID
    batch_id: UUID
    completion: int
    rules: str
    sources: list[dict[str, object]]
    as_of: datetime
    leads: int
    jobs: int
    errors: int


async def lock_customers_shared(connection: Connection, client_id: UUID) -> None:
    """Hold off a new list of customers until this transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock_shared(hashtextextended('customers ' || $1::uuid, 0))", client_id
    )


async def lock_batch(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Wait until no other rebuild of this batch is at work; the lock ends with the transaction."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('batch ' || $1::uuid || $2::uuid, 0))", client_id, batch_id
    )


async def find_batch(connection: Connection, client_id: UUID, batch_id: UUID) -> BatchState | None:
    """Return the batch, or None if the client has none of this id.

    The time of its facts is its last completion; of a batch that never completed, its last progress.
    """
    row = await connection.fetchrow(
        """
        SELECT batches.source, batch_runs.state AS run_state, coalesce(batch_runs.completion, 0) AS completion,
               coalesce(batch_runs.completed_at, batch_runs.progressed_at, batches.launched_at) AS as_of,
               projections.completion AS projected_completion,
               ARRAY(SELECT step ->> 'name' FROM jsonb_path_query(batches.workflow, '$.steps[*]') AS step) AS steps
        FROM batches
        LEFT JOIN batch_runs USING (client_id, batch_id)
        LEFT JOIN projections USING (client_id, batch_id)
        WHERE batches.client_id = $1 AND batches.batch_id = $2
        """,
        client_id,
        batch_id,
    )
    if row is None:
        return None
    return BatchState(**{**row, "steps": tuple(step or "" for step in row["steps"])})


async def answer_groups(
    connection: Connection, client_id: UUID, batch_id: UUID, as_of: datetime | None = None
) -> list[AnswerGroup]:
    """Return each step and provider that has `ok` answers in the batch, until `as_of` if it is given."""
    rows = await connection.fetch(
        """
        SELECT step, provider, min(attempt) <> max(attempt) AS is_repeated,
               bool_or(company_id IS NOT NULL) AS per_company
        FROM enrichment_results
        WHERE client_id = $1 AND batch_id = $2 AND outcome = 'ok' AND ($3::timestamptz IS NULL OR created_at <= $3)
        GROUP BY step, provider
        """,
        client_id,
        batch_id,
        as_of,
    )
    return [AnswerGroup(**row) for row in rows]


async def remember_rules(connection: Connection, client_id: UUID, *, version: str, document: bytes) -> None:
    """Keep what this version of the rules says."""
    await connection.execute(
        "INSERT INTO rules (client_id, rules, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        client_id,
        version,
        document,
    )


async def write_projection(connection: Connection, projection: Projection) -> None:
    """Say that this is what the batch's tables hold now."""
    await connection.execute(
        """
        INSERT INTO projections (client_id, batch_id, completion, rules, sources, as_of, leads, jobs, errors)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (client_id, batch_id) DO UPDATE
        SET completion = excluded.completion, rules = excluded.rules, sources = excluded.sources,
            as_of = excluded.as_of, leads = excluded.leads, jobs = excluded.jobs, errors = excluded.errors,
            projected_at = clock_timestamp()
        """,
        projection.client_id,
        projection.batch_id,
        projection.completion,
        projection.rules,
        projection.sources,
        projection.as_of,
        projection.leads,
        projection.jobs,
        projection.errors,
    )


async def projection_status(
    connection: Connection, client_id: UUID, batch_id: UUID, *, errors: int
) -> tuple[asyncpg.Record, list[asyncpg.Record]] | None:
    """Return the projection of a batch and the first of what could not be read, or None if it has none."""
    row = await connection.fetchrow(
        """
        SELECT batch_id, completion, leads, jobs, errors, rules, as_of, projected_at, sources
        FROM projections WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
    )
    if row is None:
        return None
    unread = await connection.fetch(
        """
        SELECT batch_item_id, provider, result_id, json_path, problem
        FROM projection_errors WHERE client_id = $1 AND batch_id = $2
        ORDER BY error_no LIMIT $3
        """,
        client_id,
        batch_id,
        errors,
    )
    return row, unread


async def completions_to_project(
    duties: Connection, *, quiet_seconds: float, limit: int
) -> list[tuple[UUID, UUID, int]]:
    """Return client, batch and completion of runs that were finished a while ago and are not readable as such.

    For the duties' role: it looks across clients.
    """
    rows = await duties.fetch(
        """
        SELECT client_id, batch_id, completion
        FROM batch_runs
        WHERE state IN ('completed', 'cancelled', 'failed')
        AND completed_at < clock_timestamp() - make_interval(secs => $1)
        AND NOT EXISTS (
            SELECT FROM projections
            WHERE projections.client_id = batch_runs.client_id AND projections.batch_id = batch_runs.batch_id
            AND projections.completion >= batch_runs.completion)
        ORDER BY completed_at, batch_id
        LIMIT $2
        """,
        quiet_seconds,
        limit,
    )
    return [(row["client_id"], row["batch_id"], row["completion"]) for row in rows]
