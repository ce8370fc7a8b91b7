"""SQL of chunks: dispatched fairly, claimed once per epoch, leased, given back, finished."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkOrder:
    """The right to work on a chunk: it holds as long as the chunk's epoch is this one."""

    client_id: UUID
    batch_id: UUID
    chunk_no: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A chunk taken up."""

    order: ChunkOrder
    first_item: int
    last_item: int
    traceparent: str | None
    winding_up: bool = False
    """Nothing more is asked: the batch was cancelled, or failed; its items are counted as they stand."""


async def dispatch_chunks(connection: Connection, *, ahead: int, patience_seconds: float) -> list[ChunkOrder]:
    """Mark queued chunks dispatched and return them: the batches take turns, the one with least at work first.

    No more than `ahead` chunks wait for an executor at any time, so a small batch beside a huge one is soon
    served. A dispatched chunk that nobody takes up in time is taken back. For the duties' role.
    """
    rows = await connection.fetch(
        """
        WITH room AS (
            SELECT greatest($1 - count(*), 0)::integer AS chunks FROM batch_chunks WHERE state = 'dispatched'
        ), turn AS (
            SELECT chunk.client_id, chunk.batch_id, chunk.chunk_no,
                   at_work.chunks + row_number() OVER (PARTITION BY run.client_id, run.batch_id
                                                       ORDER BY chunk.chunk_no) AS place
            FROM batch_runs AS run
            CROSS JOIN LATERAL (
                SELECT count(*) AS chunks FROM batch_chunks
                WHERE batch_chunks.client_id = run.client_id AND batch_chunks.batch_id = run.batch_id
                  AND batch_chunks.state IN ('dispatched', 'running')
            ) AS at_work
            CROSS JOIN LATERAL (
                SELECT client_id, batch_id, chunk_no FROM batch_chunks
                WHERE batch_chunks.client_id = run.client_id AND batch_chunks.batch_id = run.batch_id
                  AND batch_chunks.state = 'queued' AND batch_chunks.run_at <= clock_timestamp()
                ORDER BY chunk_no LIMIT $1
            ) AS chunk
            WHERE run.state = 'running' OR (run.state IN ('cancelled', 'failed') AND run.completed_at IS NULL)
            ORDER BY place, run.batch_id LIMIT (SELECT chunks FROM room)
        )
        UPDATE batch_chunks
        SET state = 'dispatched', epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $2)
        FROM turn
        WHERE batch_chunks.client_id = turn.client_id AND batch_chunks.batch_id = turn.batch_id
          AND batch_chunks.chunk_no = turn.chunk_no
        RETURNING batch_chunks.client_id, batch_chunks.batch_id, batch_chunks.chunk_no, batch_chunks.epoch
        """,
        ahead,
        patience_seconds,
    )
    return [ChunkOrder(**row) for row in rows]


async def take_back_chunks(connection: Connection, *, lease_seconds: float) -> int:
    """Queue again the chunks whose lease ran out; return how many. For the duties' role.

    A server that has just started gives executors the time of a lease to say that they are alive.
    """
    rows = await connection.fetch(
        """
        UPDATE batch_chunks SET state = 'queued', reason = 'its executor fell silent', lease_until = NULL
        WHERE state IN ('dispatched', 'running') AND lease_until < clock_timestamp()
          AND pg_postmaster_start_time() < clock_timestamp() - make_interval(secs => $1)
        RETURNING chunk_no
        """,
        lease_seconds,
    )
    return len(rows)


async def claim_chunk(connection: Connection, order: ChunkOrder, *, lease_seconds: float) -> Chunk | None:
    """Take up a dispatched chunk; None if the order is stale: taken, finished or given out anew."""
    row = await connection.fetchrow(
        """
        UPDATE batch_chunks
        SET state = 'running', reason = NULL, lease_until = clock_timestamp() + make_interval(secs => $5)
        FROM batch_runs AS run
        WHERE batch_chunks.client_id = $1 AND batch_chunks.batch_id = $2 AND batch_chunks.chunk_no = $3
          AND batch_chunks.epoch = $4 AND batch_chunks.state = 'dispatched'
          AND run.client_id = $1 AND run.batch_id = $2 AND run.state <> 'paused'
        RETURNING batch_chunks.first_item, batch_chunks.last_item, run.traceparent,
                  run.state <> 'running' AS winding_up
        """,
        order.client_id,
        order.batch_id,
        order.chunk_no,
        order.epoch,
        lease_seconds,
    )
    if row is None:
        return None
    return Chunk(order=order, **row)


async def renew_lease(connection: Connection, order: ChunkOrder, *, lease_seconds: float) -> bool:
    """Say that the chunk is being worked on; False if it was taken away."""
    renewed = await connection.fetchval(
        """
        UPDATE batch_chunks SET lease_until = clock_timestamp() + make_interval(secs => $5)
        WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3 AND epoch = $4 AND state = 'running'
        RETURNING true
        """,
        order.client_id,
        order.batch_id,
        order.chunk_no,
        order.epoch,
        lease_seconds,
    )
    return bool(renewed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an order stands: is the chunk still its bearer's, is it done; `halted`: why its batch asks no more."""

    ours: bool
    done: bool
    halted: str | None = None


async def hold_chunks(
    connection: Connection, client_id: UUID, orders: Iterable[ChunkOrder]
) -> dict[ChunkOrder, Standing]:
    """Keep the chunks from changing hands until the transaction ends; return how each order stands."""
    asked = list(orders)
    rows = await connection.fetch(
        """
        SELECT batch_chunks.batch_id, chunk_no, epoch, batch_chunks.state = 'running' AS running,
               batch_chunks.state = 'done' AS done,
               CASE WHEN run.state <> 'running' THEN 'the batch is ' || run.state END AS halted
        FROM batch_chunks
        JOIN batch_runs AS run ON run.client_id = $1 AND run.batch_id = batch_chunks.batch_id
        WHERE batch_chunks.client_id = $1
          AND (batch_chunks.batch_id, chunk_no) IN (SELECT * FROM unnest($2::uuid[], $3::integer[]))
        ORDER BY batch_chunks.batch_id, chunk_no FOR SHARE OF batch_chunks
        """,
        client_id,
        [order.batch_id for order in asked],
        [order.chunk_no for order in asked],
    )
    found = {(row["batch_id"], row["chunk_no"]): row for row in rows}
    standings = {}
    for order in asked:
        row = found[order.batch_id, order.chunk_no]
        ours = row["epoch"] == order.epoch and row["running"]
        standings[order] = Standing(ours=ours, done=row["done"], halted=row["halted"])
    return standings


async def park_chunk(connection: Connection, order: ChunkOrder, *, seconds: float, reason: str) -> None:
    """Give the chunk back, to be dispatched again after this time."""
    await connection.execute(
        """
        UPDATE batch_chunks
        SET state = 'queued', reason = $6, lease_until = NULL,
            run_at = clock_timestamp() + make_interval(secs => $5)
        WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3 AND epoch = $4 AND state = 'running'
        """,
        order.client_id,
        order.batch_id,
        order.chunk_no,
        order.epoch,
        seconds,
        reason,
    )


async def finish_chunk(connection: Connection, order: ChunkOrder, *, counts: Mapping[str, int]) -> bool:
    """Mark the chunk done with the counts of its items; False if it was taken away."""
    finished = await connection.fetchval(
        """
        UPDATE batch_chunks
        SET state = 'done', reason = NULL, lease_until = NULL,
            succeeded = $5, no_match = $6, failed = $7, unknown = $8, skipped = $9
        WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3 AND epoch = $4 AND state = 'running'
        RETURNING true
        """,
        order.client_id,
        order.batch_id,
        order.chunk_no,
        order.epoch,
        counts["succeeded"],
        counts["no_match"],
        counts["failed"],
        counts["unknown"],
        counts["skipped"],
    )
    return bool(finished)
