"""Verify a completed batch: its results still give the seal that was told when it completed."""

from typing import TypedDict
from uuid import UUID

from services.executor.store.audit import seal_of_batch
from services.executor.store.seals import recompute_seal
from shared.errors import Conflict, NotFound
from shared.postgres import Postgres


class Verified(TypedDict):
    """What came out; seals as hexadecimal digits."""

    verified: bool
    seal: str
    recomputed: str
    results: int
    altered: int


async def verify_batch(postgres: Postgres, client_id: UUID, batch_id: UUID) -> Verified:
    """Return the comparison; raises NotFound, and Conflict for a batch that has no seal yet."""
    async with postgres.tenant(client_id) as connection:
        run = await seal_of_batch(connection, client_id, batch_id)
        if run is None:
            raise NotFound("There is no such batch, or it has not started; GET /batches lists yours.")
        if run["seal"] is None:
            raise Conflict(f"The batch is {run['state']}; it is sealed when it completes. Verify it then.")
        recomputed, results, altered = await recompute_seal(connection, client_id, batch_id)
    return Verified(
        verified=recomputed == run["seal"] and altered == 0,
        seal=run["seal"].hex(),
        recomputed=recomputed.hex(),
        results=results,
        altered=altered,
    )
