"""SQL of a batch's run: its start, its counts, its completion."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.postgres import Connection

COUNTED = ("pending", "running", "succeeded", "no_match", "failed", "unknown", "skipped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """A batch as it was launched."""

    items: int
    workflow: Mapping[str, Any]
    budget: Decimal | None
    tolerated_failures: Mapping[str, Any] | None
    overrides: Mapping[str, Mapping[str, Mapping[str, str]]]

    @property
    def most_failed(self) -> int | None:
        """Return how many items may fail before the batch has failed, None if all may; the stricter limit counts."""
        tolerated = self.tolerated_failures or {}
        limits = [int(tolerated["count"])] if tolerated.get("count") is not None else []
        if tolerated.get("percent") is not None:
            limits.append(int(self.items * tolerated["percent"] / 100))
        return min(limits, default=None)


async def launched_batch(connection: Connection, client_id: UUID, batch_id: UUID) -> Launched | None:
    """Return the batch, or None if this client has none of this id."""
    row = await connection.fetchrow(
        """
        SELECT items, workflow, budget, tolerated_failures, overrides FROM batches
        WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
    )
    return None if row is None else Launched(**row)


async def insert_run(
    connection: Connection,
    client_id: UUID,
    batch_id: UUID,
    batch: Launched,
    *,
    chunk_items: int,
    traceparent: str | None,
) -> bool:
    """Insert the run and its chunks; return False if they were there."""
    inserted = await connection.fetchval(
        """
        INSERT INTO batch_runs (client_id, batch_id, state, traceparent, budget, most_failed)
        VALUES ($1, $2, 'running', $3, $4, $5) ON CONFLICT DO NOTHING RETURNING true
        """,
        client_id,
        batch_id,
        traceparent,
        batch.budget,
        batch.most_failed,
    )
    if not inserted:
        return False
    await connection.execute(
        """
        INSERT INTO batch_chunks (client_id, batch_id, chunk_no, first_item, last_item)
        SELECT $1, $2, (first_item - 1) / $4 + 1, first_item, least(first_item + $4 - 1, $3)
        FROM generate_series(1, $3::integer, $4::integer) AS first_item
        """,
        client_id,
        batch_id,
        batch.items,
        chunk_items,
    )
    return True


async def lock_run(connection: Connection, client_id: UUID, batch_id: UUID) -> int | None:
    """Lock the run's row, so that its chunks finish one after the other; return how many items may fail if it runs."""
    most_failed: int | None = await connection.fetchval(
        """
        SELECT CASE WHEN state = 'running' THEN most_failed END FROM batch_runs
        WHERE client_id = $1 AND batch_id = $2 FOR UPDATE
        """,
        client_id,
        batch_id,
    )
    return most_failed


async def run_counts(connection: Connection, client_id: UUID, batch_id: UUID) -> tuple[bool, dict[str, int]]:
    """Return whether every chunk is done, and the counts of the batch's items, which sum to the items."""
    row = await connection.fetchrow(
        """
        SELECT bool_and(state = 'done') AS done,
               sum(last_item - first_item + 1) FILTER (WHERE state IN ('queued', 'dispatched')) AS pending,
               sum(last_item - first_item + 1) FILTER (WHERE state = 'running') AS running,
               sum(succeeded) AS succeeded, sum(no_match) AS no_match, sum(failed) AS failed,
               sum(unknown) AS unknown, sum(skipped) AS skipped
        FROM batch_chunks WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
    )
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return row["done"], {name: row[name] or 0 for name in COUNTED}


async def mark_progress(connection: Connection, client_id: UUID, batch_id: UUID) -> bool:
    """Claim the right to tell the batch's progress; at most once a second."""
    claimed = await connection.fetchval(
        """
        UPDATE batch_runs SET progressed_at = clock_timestamp()
        WHERE client_id = $1 AND batch_id = $2 AND progressed_at < clock_timestamp() - interval '1 second'
        RETURNING true
        """,
        client_id,
        batch_id,
    )
    return bool(claimed)


async def complete_run(connection: Connection, client_id: UUID, batch_id: UUID, seal: bytes) -> tuple[int, str]:
    """Seal the finished batch; return which completion of the batch it is, and its state.

    A batch that was cancelled or failed stays so, with its reason; any other is completed.
    """
    row = await connection.fetchrow(
        """
        UPDATE batch_runs
        SET state = CASE WHEN state IN ('cancelled', 'failed') THEN state ELSE 'completed' END,
            reason = CASE WHEN state IN ('cancelled', 'failed') THEN reason END,
            completion = completion + 1, seal = $3, completed_at = clock_timestamp()
        WHERE client_id = $1 AND batch_id = $2 RETURNING completion, state
        """,
        client_id,
        batch_id,
        seal,
    )
    assert row is not None  # noqa: S101 - a chunk's run is there
    return row["completion"], row["state"]


async def batches_without_run(connection: Connection) -> list[tuple[UUID, UUID]]:
    """Return (client_id, batch_id) of launched batches whose event has not arrived; for the duties' role."""
    rows = await connection.fetch(
        """
        SELECT batches.client_id, batches.batch_id FROM batches
        WHERE NOT EXISTS (SELECT FROM batch_runs
                          WHERE batch_runs.client_id = batches.client_id AND batch_runs.batch_id = batches.batch_id)
        ORDER BY batches.batch_id LIMIT 100
        """
    )
    return [(row["client_id"], row["batch_id"]) for row in rows]
