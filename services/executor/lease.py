"""The lease: while a chunk is worked on, say so; if it was taken away, stop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from services.executor.store.chunks import ChunkOrder, renew_lease
from shared.errors import Unavailable
from shared.postgres import AWAY, Postgres

_log = structlog.get_logger()


@asynccontextmanager
async def kept_lease(postgres: Postgres, order: ChunkOrder, *, lease_seconds: float) -> AsyncIterator[None]:
    """Renew the chunk's lease thrice in its time, until the work inside is done.

    Losing it needs no signal here: whoever lost it is refused its next intent.
    """
    renewing = asyncio.create_task(_renew(postgres, order, lease_seconds))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(postgres: Postgres, order: ChunkOrder, lease_seconds: float) -> None:
    held = True
    while held:
        await asyncio.sleep(lease_seconds / 3)
        try:
            async with postgres.tenant(order.client_id) as connection:
                held = await renew_lease(connection, order, lease_seconds=lease_seconds)
        except (*AWAY, Unavailable) as error:
            _log.warning("lease could not be renewed; trying again", exc_info=error)
    _log.warning("lease lost", batch_id=str(order.batch_id), chunk_no=order.chunk_no, epoch=order.epoch)
