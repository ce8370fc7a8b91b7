"""SQL of retries: a decision to ask again is recorded, what it concerns is listed, and its chunks are opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Somebody's decision: what ended with one of these outcomes is asked again; `items`: of these alone."""

    client_id: UUID
    batch_id: UUID
    retry_id: UUID
    outcomes: Sequence[str]
    items: Sequence[UUID] | None
    decided_by: UUID


async def insert_retry(connection: Connection, decision: Decision) -> None:
    """Append the decision."""
    await connection.execute(
        """
        INSERT INTO retries (client_id, retry_id, batch_id, outcomes, items, decided_by)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        decision.client_id,
        decision.retry_id,
        decision.batch_id,
        decision.outcomes,
        decision.items,
        decision.decided_by,
    )


async def insert_retried(connection: Connection, decision: Decision) -> int:
    """Append what the decision concerns, each with its last attempt until now; return how many questions it opens.

    They are those that ended with one of the outcomes, about the items or their companies. With them go what was
    skipped about the same subjects, and about the people of these companies: its condition may hold now.
    """
    opened: int = await connection.fetchval(
        """
        WITH chosen AS (
            SELECT batch_item_id AS subject_id FROM batch_items
            WHERE client_id = $1 AND batch_id = $3 AND ($5::uuid[] IS NULL OR batch_item_id = ANY ($5))
            UNION
            SELECT company_id FROM company_items
            WHERE client_id = $1 AND batch_id = $3 AND ($5::uuid[] IS NULL OR batch_item_id = ANY ($5))
        ), ended AS MATERIALIZED (
            SELECT DISTINCT ON (subject_id, step, provider) subject_id, step, provider, attempt, outcome
            FROM enrichment_results WHERE client_id = $1 AND batch_id = $3
            ORDER BY subject_id, step, provider, attempt DESC
        ), wanted AS (
            SELECT ended.* FROM ended JOIN chosen USING (subject_id) WHERE outcome = ANY ($4)
        ), touched AS (
            SELECT subject_id FROM wanted
            UNION
            SELECT batch_item_id FROM company_items JOIN wanted ON wanted.subject_id = company_id
            WHERE client_id = $1 AND batch_id = $3
        ), inserted AS (
            INSERT INTO retried (client_id, retry_id, batch_id, subject_id, step, provider, last_attempt)
            SELECT $1, $2::uuid, $3, subject_id, step, provider, attempt FROM wanted
            UNION ALL
            SELECT $1, $2::uuid, $3, subject_id, step, provider, attempt
            FROM ended JOIN touched USING (subject_id) WHERE outcome = 'skipped'
        )
        SELECT count(*) FROM wanted
        """,
        decision.client_id,
        decision.retry_id,
        decision.batch_id,
        decision.outcomes,
        decision.items,
    )
    return opened


async def open_chunks(connection: Connection, decision: Decision, *, every: bool) -> int:
    """Queue the finished chunks that the decision concerns, or every one; return how many.

    A company concerns the chunk that asks about it, and the chunks of its people, who succeed or fail by it.
    """
    status = await connection.execute(
        """
        WITH places AS (
            SELECT item_no AS place FROM batch_items
            JOIN retried ON retried.client_id = $1 AND retried.retry_id = $3 AND subject_id = batch_item_id
            WHERE batch_items.client_id = $1 AND batch_items.batch_id = $2
            UNION
            SELECT unnest(ARRAY[company.first_item, item.item_no]) FROM retried
            JOIN companies AS company ON company.client_id = $1 AND company.company_id = retried.subject_id
            JOIN company_items AS member ON member.client_id = $1 AND member.company_id = company.company_id
            JOIN batch_items AS item ON item.client_id = $1 AND item.batch_item_id = member.batch_item_id
            WHERE retried.client_id = $1 AND retried.retry_id = $3
        )
        UPDATE batch_chunks
        SET state = 'queued', reason = NULL, waiting_for = NULL, run_at = clock_timestamp(), seal = NULL, falls = 0,
            succeeded = 0, no_match = 0, failed = 0, unknown = 0, skipped = 0
        WHERE client_id = $1 AND batch_id = $2 AND state = 'done'
          AND ($4 OR EXISTS (SELECT FROM places WHERE place BETWEEN first_item AND last_item))
        """,
        decision.client_id,
        decision.batch_id,
        decision.retry_id,
        every,
    )
    return int(status.removeprefix("UPDATE "))


async def is_at_work(connection: Connection, client_id: UUID, batch_id: UUID) -> bool:
    """Tell whether an executor still holds a chunk of the batch."""
    found = await connection.fetchval(
        """
        SELECT true FROM batch_chunks
        WHERE client_id = $1 AND batch_id = $2 AND state IN ('dispatched', 'running') LIMIT 1
        """,
        client_id,
        batch_id,
    )
    return bool(found)


async def reopen_run(connection: Connection, client_id: UUID, batch_id: UUID) -> str:
    """Let a finished run go on; one that is paused stays so until it is resumed. Return the state."""
    state: str = await connection.fetchval(
        """
        UPDATE batch_runs
        SET state = CASE WHEN state = 'paused' THEN state ELSE 'running' END,
            reason = CASE WHEN state = 'paused' THEN reason END, completed_at = NULL, seal = NULL
        WHERE client_id = $1 AND batch_id = $2 RETURNING state
        """,
        client_id,
        batch_id,
    )
    return state
