"""Dispatch: hand queued chunks to the bus, a few ahead of the workers, and take back those gone silent."""

import asyncio
from dataclasses import asdict

import orjson

from services.executor.store.chunks import ChunkOrder, dispatch_chunks, take_back_chunks
from shared.bus import Bus
from shared.bus.topology import CHUNKS, EXPRESS
from shared.failpoints import failpoint
from shared.postgres import Postgres

# How long a dispatched chunk may wait in the queue before its message counts as lost.
_DISPATCH_PATIENCE_LEASES = 4


async def dispatch(postgres: Postgres, bus: Bus, *, ahead: int, lease_seconds: float) -> int:
    """Send the next chunks to whoever is free; return how many.

    What is marked but not sent, because the bus or this process failed between, is taken back in time.
    """
    if bus.problem() is not None:
        return 0
    async with postgres.duties() as connection:
        given_out = await dispatch_chunks(
            connection, ahead=ahead, patience_seconds=lease_seconds * _DISPATCH_PATIENCE_LEASES
        )
    if not given_out:
        return 0
    failpoint("executor.dispatched_before_send")
    await asyncio.gather(
        *(bus.send(EXPRESS if each.express else CHUNKS, encode_order(each.order)) for each in given_out)
    )
    return len(given_out)


async def take_back(postgres: Postgres, *, lease_seconds: float) -> int:
    """Queue the chunks of silent executors again; return how many."""
    async with postgres.duties() as connection:
        return await take_back_chunks(connection, lease_seconds=lease_seconds)


def encode_order(order: ChunkOrder) -> bytes:
    """Return the order as a message."""
    return orjson.dumps(asdict(order), default=str)  # the driver's UUID is a class of its own
