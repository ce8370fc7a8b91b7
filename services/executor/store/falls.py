"""SQL of falls: a chunk that failed is given back and counted; one that fails over and over is split."""

from services.executor.store.chunks import Chunk, ChunkOrder
from shared.postgres import Connection


async def count_fall(connection: Connection, order: ChunkOrder, *, reason: str) -> None:
    """Give the chunk back after it failed; the more often in a row, the longer it waits."""
    await connection.execute(
        """
        UPDATE batch_chunks
        SET state = 'queued', reason = $5, waiting_for = NULL, lease_until = NULL, falls = falls + 1,
            run_at = clock_timestamp() + make_interval(secs => least(0.1 * 2 ^ least(falls, 20), 60))
        WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3 AND epoch = $4 AND state = 'running'
        """,
        order.client_id,
        order.batch_id,
        order.chunk_no,
        order.epoch,
        reason,
    )


async def split_chunk(connection: Connection, chunk: Chunk, *, falls: int) -> None:
    """Queue both halves of the chunk, each with so many falls; its run's row is locked already.

    Nobody who worked on the whole may write to a half: whose half it was could not be told any more.
    """
    await connection.execute(
        """
        WITH half AS (
            UPDATE batch_chunks
            SET state = 'queued', last_item = (first_item + last_item) / 2, falls = $5, split_epoch = epoch,
                reason = 'split: it failed over and over', lease_until = NULL, run_at = clock_timestamp()
            WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3 AND epoch = $4 AND state = 'running'
            RETURNING *
        )
        INSERT INTO batch_chunks (client_id, batch_id, chunk_no, first_item, last_item, reason, epoch, falls,
                                  split_epoch)
        SELECT client_id, batch_id, (SELECT max(chunk_no) + 1 FROM batch_chunks AS every
                                     WHERE every.client_id = $1 AND every.batch_id = $2),
               last_item + 1, $6, reason, epoch, falls, split_epoch
        FROM half
        """,
        chunk.order.client_id,
        chunk.order.batch_id,
        chunk.order.chunk_no,
        chunk.order.epoch,
        falls,
        chunk.last_item,
    )
