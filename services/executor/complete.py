"""Finish a chunk, and with the last one the batch: state, counts, seal and event in one transaction."""

from collections.abc import Mapping

from services.executor.ledger import Fenced
from services.executor.pauses import pause_if_helpless
from services.executor.store.chunks import Chunk, ChunkOrder, finish_chunk
from services.executor.store.control import end_run
from services.executor.store.runs import complete_run, lock_run, mark_progress, run_counts
from services.executor.store.seals import seal_batch, seal_chunk
from shared.events import BatchCompleted, BatchFailed, BatchProgressed
from shared.failpoints import failpoint
from shared.outbox import append_event
from shared.postgres import Connection, Postgres


async def finish(postgres: Postgres, chunk: Chunk, counts: Mapping[str, int]) -> None:
    """Mark the chunk done and seal it; complete the batch if it was the last. Raises Fenced if it is not ours."""
    order = chunk.order
    async with postgres.tenant(order.client_id) as connection:
        most_failed = await lock_run(connection, order.client_id, order.batch_id)
        if not await finish_chunk(connection, order, counts=counts):
            raise Fenced("the chunk was taken back before it was finished")
        await seal_chunk(connection, chunk)
        done, batch_counts = await run_counts(connection, order.client_id, order.batch_id)
        if most_failed is not None and batch_counts["failed"] > most_failed:
            await _fail(connection, order, failed=batch_counts["failed"], most=most_failed)
        if done:
            await _complete(connection, chunk, batch_counts)
        else:
            await pause_if_helpless(connection, order.client_id, order.batch_id)
            if await mark_progress(connection, order.client_id, order.batch_id):
                progress = BatchProgressed(client_id=order.client_id, batch_id=order.batch_id, counts=batch_counts)
                await append_event(connection, "executor", progress)
        failpoint("executor.finished_before_commit")
    failpoint("executor.finished_after_commit")


async def _fail(connection: Connection, order: ChunkOrder, *, failed: int, most: int) -> None:
    """Let the batch fail: what was not asked yet is not asked, and its open chunks are counted as they stand."""
    reason = f"{failed} items failed, {most} are tolerated; look at them, then POST /batches/{order.batch_id}/retry"
    await end_run(connection, order.client_id, order.batch_id, state="failed", reason=reason)
    event = BatchFailed(client_id=order.client_id, batch_id=order.batch_id, reason=reason)
    await append_event(connection, "executor", event)


async def _complete(connection: Connection, chunk: Chunk, counts: Mapping[str, int]) -> None:
    client_id, batch_id = chunk.order.client_id, chunk.order.batch_id
    seal = await seal_batch(connection, client_id, batch_id)
    completion, state = await complete_run(connection, client_id, batch_id, seal)
    completed = BatchCompleted.model_validate(
        {
            "client_id": client_id,
            "batch_id": batch_id,
            "completion": completion,
            "state": state,
            "counts": dict(counts),
            "seal": seal.hex(),
        }
    )
    await append_event(connection, "executor", completed)
