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
    falls: int = 0
    """Runs in a row that failed, or whose executor was lost."""

    @property
    def is_poisoned(self) -> bool:
        """Tell whether it fails so often that the reason must be in it."""
        return self.falls >= MOST_FALLS

    @property
    def asks_nothing(self) -> bool:
        """Tell whether its items are counted as they stand."""
        return self.winding_up or self.is_poisoned


MOST_FALLS = 3
"""After so many falls in a row a chunk is split, and an item alone put aside."""


MOST_WAITING = 8
"""Chunks of a batch that wait before gates until no fresh one is begun: it would only wait as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatched:
    """A chunk given out; `express`: its batch has no other at work, so it goes before those that have."""

    order: ChunkOrder
    express: bool


async def dispatch_chunks(connection: Connection, *, ahead: int, patience_seconds: float) -> list[Dispatched]:
    """Mark queued chunks dispatched and return them: clients take turns, and each one's batches, least at work first.

    No more than `ahead` chunks wait for an executor at any time, and as many again of batches that have none at
    work; what was begun goes before what was not. A dispatched chunk that nobody takes up in time is taken back.
    For the duties' role.
    """
    rows = await connection.fetch(
        """
        WITH room AS MATERIALIZED (
            SELECT greatest($1 - count(*), 0)::integer AS chunks, greatest(2 * $1 - count(*), 0)::integer AS express
            FROM batch_chunks WHERE state = 'dispatched'
        ), at_work AS MATERIALIZED (
            SELECT client_id, batch_id, count(*) AS chunks FROM batch_chunks
            WHERE state IN ('dispatched', 'running') GROUP BY client_id, batch_id
        ), waiting AS MATERIALIZED (
            SELECT client_id, batch_id, count(*) AS chunks FROM batch_chunks
            WHERE state = 'queued' AND waiting_for IS NOT NULL AND run_at > clock_timestamp()
            GROUP BY client_id, batch_id
        ), by_batch AS (
            SELECT chunk.client_id, chunk.batch_id, chunk.chunk_no,
                   coalesce(at_work.chunks, 0) + row_number() OVER (PARTITION BY run.client_id, run.batch_id
                                                                    ORDER BY chunk.begun DESC, chunk.n) AS place
            FROM batch_runs AS run
            LEFT JOIN at_work USING (client_id, batch_id)
            LEFT JOIN waiting USING (client_id, batch_id)
            CROSS JOIN LATERAL (
                (SELECT client_id, batch_id, chunk_no, true AS begun, row_number() OVER (ORDER BY run_at) AS n
                 FROM batch_chunks
                 WHERE batch_chunks.client_id = run.client_id AND batch_chunks.batch_id = run.batch_id
                   AND batch_chunks.state = 'queued' AND epoch > 0 AND run_at <= clock_timestamp()
                 ORDER BY run_at LIMIT (SELECT greatest(chunks, 1) FROM room))
                UNION ALL
                (SELECT client_id, batch_id, chunk_no, false, chunk_no
                 FROM batch_chunks
                 WHERE batch_chunks.client_id = run.client_id AND batch_chunks.batch_id = run.batch_id
                   AND batch_chunks.state = 'queued' AND epoch = 0 AND coalesce(waiting.chunks, 0) < $3
                 ORDER BY chunk_no LIMIT (SELECT greatest(chunks, 1) FROM room))
            ) AS chunk
            WHERE ((SELECT chunks FROM room) > 0 OR at_work.chunks IS NULL)
              AND (run.state = 'running' OR (run.state IN ('cancelled', 'failed') AND run.completed_at IS NULL))
        ), by_client AS (
            SELECT by_batch.*, coalesce(busy.chunks, 0)
                   + row_number() OVER (PARTITION BY client_id ORDER BY place, batch_id, chunk_no) AS turn
            FROM by_batch
            LEFT JOIN (SELECT client_id, sum(chunks) AS chunks FROM at_work GROUP BY client_id) AS busy
                USING (client_id)
        ), express AS MATERIALIZED (
            SELECT client_id, batch_id, chunk_no FROM by_client WHERE place = 1
            ORDER BY turn, batch_id LIMIT (SELECT express FROM room)
        ), chosen AS (
            SELECT express.*, true AS express FROM express
            UNION ALL
            (SELECT client_id, batch_id, chunk_no, false FROM by_client WHERE place > 1 ORDER BY turn, place, batch_id
             LIMIT (SELECT greatest(chunks - (SELECT count(*) FROM express), 0) FROM room))
        )
        UPDATE batch_chunks
        SET state = 'dispatched', epoch = epoch + 1, lease_until = clock_timestamp() + make_interval(secs => $2)
        FROM chosen
        WHERE batch_chunks.client_id = chosen.client_id AND batch_chunks.batch_id = chosen.batch_id
          AND batch_chunks.chunk_no = chosen.chunk_no AND batch_chunks.state = 'queued'
        RETURNING batch_chunks.client_id, batch_chunks.batch_id, batch_chunks.chunk_no, batch_chunks.epoch,
                  chosen.express
        """,
        ahead,
        patience_seconds,
        MOST_WAITING,
    )
    ids = ("client_id", "batch_id", "chunk_no", "epoch")
    return [Dispatched(order=ChunkOrder(**{name: row[name] for name in ids}), express=row["express"]) for row in rows]


async def take_back_chunks(connection: Connection, *, lease_seconds: float) -> int:
    """Queue again the chunks whose lease ran out; return how many. For the duties' role.

    A server that has just started gives executors the time of a lease to say that they are alive.
    """
    rows = await connection.fetch(
        """
        UPDATE batch_chunks SET state = 'queued', reason = 'its executor fell silent', lease_until = NULL,
            falls = falls + (state = 'running')::integer,
            -- What fell together does not come back together: one of them may be what others fall by.
            run_at = clock_timestamp() + make_interval(secs => least(falls, 12) * random() * $1 / 3)
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
        SET state = 'running', reason = NULL, waiting_for = NULL, woken = false,
            lease_until = clock_timestamp() + make_interval(secs => $5)
        FROM batch_runs AS run
        WHERE batch_chunks.client_id = $1 AND batch_chunks.batch_id = $2 AND batch_chunks.chunk_no = $3
          AND batch_chunks.epoch = $4 AND batch_chunks.state = 'dispatched'
          AND run.client_id = $1 AND run.batch_id = $2 AND run.state <> 'paused'
        RETURNING batch_chunks.first_item, batch_chunks.last_item, run.traceparent,
                  run.state <> 'running' AS winding_up, batch_chunks.falls
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
    """How an order stands: is the chunk still its bearer's, is it done; `halted`: why its batch asks no more.

    `budgeted`: the batch has a budget, which is to be locked and weighed.
    """

    ours: bool
    done: bool
    halted: str | None = None
    budgeted: bool = False


async def hold_chunks(
    connection: Connection, client_id: UUID, orders: Iterable[ChunkOrder]
) -> dict[ChunkOrder, Standing]:
    """Keep the chunks from changing hands until the transaction ends; return how each order stands."""
    asked = list(orders)
    rows = await connection.fetch(
        """
        SELECT batch_chunks.batch_id, chunk_no, epoch, batch_chunks.state = 'running' AS running,
               batch_chunks.state = 'done' AS done, split_epoch,
               CASE WHEN run.state <> 'running' THEN 'the batch is ' || run.state END AS halted,
               run.budget IS NOT NULL AS budgeted
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
        standings[order] = Standing(
            ours=ours,
            done=row["done"] or order.epoch <= row["split_epoch"],
            halted=row["halted"],
            budgeted=row["budgeted"],
        )
    return standings


async def park_chunk(
    connection: Connection, order: ChunkOrder, *, seconds: float, reason: str, waiting_for: str | None = None
) -> None:
    """Give the chunk back, to be dispatched again after this time; after infinity, when somebody lets it go on.

    At once, if a callback came since it was taken up, or its batch ended.
    """
    await connection.execute(
        """
        UPDATE batch_chunks
        SET state = 'queued', reason = $6, waiting_for = $7, lease_until = NULL, falls = 0,
            run_at = CASE WHEN woken THEN clock_timestamp() WHEN $5 = 'infinity'::float8 THEN 'infinity'
                          ELSE clock_timestamp() + make_interval(secs => $5) END
        WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3 AND epoch = $4 AND state = 'running'
        """,
        order.client_id,
        order.batch_id,
        order.chunk_no,
        order.epoch,
        seconds,
        reason,
        waiting_for,
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
