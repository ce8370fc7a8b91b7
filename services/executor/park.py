"""Park a chunk; a batch that can then only wait for somebody is paused with the reason, in the same transaction."""

from services.executor.parked import Parked
from services.executor.pauses import pause_if_helpless
from services.executor.store.chunks import ChunkOrder, park_chunk
from services.executor.store.runs import lock_run
from shared.postgres import Postgres


async def park(postgres: Postgres, order: ChunkOrder, parked: Parked) -> None:
    """Give the chunk back for as long as `parked` says."""
    async with postgres.tenant(order.client_id) as connection:
        if parked.waiting_for is not None:
            await lock_run(connection, order.client_id, order.batch_id)
        await park_chunk(connection, order, seconds=parked.seconds, reason=str(parked), waiting_for=parked.waiting_for)
        if parked.waiting_for is not None:
            await pause_if_helpless(connection, order.client_id, order.batch_id)
