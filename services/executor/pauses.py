"""Pauses: a batch whose provider must be helped stands still with a reason, and goes on when it was."""

from uuid import UUID

from services.executor.store.chunks import MOST_WAITING
from services.executor.store.control import (
    pause_run,
    provider_to_be_helped,
    resume_run,
    runs_paused_for,
    wake_chunks,
)
from services.executor.store.gates import lift_gate
from shared.events import BatchPaused, BatchResumed
from shared.outbox import append_event
from shared.postgres import Connection


async def pause_if_helpless(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Pause the batch if all it can do is wait for somebody; its run must be locked.

    So no batch hangs in silence: it says which provider must be helped, and how.
    """
    found = await provider_to_be_helped(connection, client_id, batch_id, most_waiting=MOST_WAITING)
    if found is None:
        return
    provider, because = found
    reason = f"{provider}: {because}"
    await pause_run(connection, client_id, batch_id, reason=reason, paused_for=provider)
    await append_event(connection, "executor", BatchPaused(client_id=client_id, batch_id=batch_id, reason=reason))


async def lift_pause(connection: Connection, client_id: UUID, provider: str, *, reason: str) -> list[UUID]:
    """Let the client's calls to the provider go on, and the batches that stood still for it; return these."""
    batches = await runs_paused_for(connection, client_id, provider)
    await lift_gate(connection, client_id, provider)
    await wake_chunks(connection, client_id, provider)
    for batch_id in batches:
        await resume_run(connection, client_id, batch_id)
        resumed = BatchResumed(client_id=client_id, batch_id=batch_id, reason=reason)
        await append_event(connection, "executor", resumed)
    return batches
