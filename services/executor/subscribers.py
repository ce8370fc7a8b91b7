"""What the executor listens to: launched batches, and chunks to work on."""

from uuid import UUID

from pydantic import BaseModel, ValidationError

from services.executor.run_chunk import Executor, run_chunk
from services.executor.start_run import start_run
from services.executor.store.chunks import ChunkOrder
from shared.bus import Bus, Poison
from shared.bus.topology import CHUNKS, EXPRESS, LAUNCHES
from shared.events import BatchLaunched, Event
from shared.settings import Settings
from shared.telemetry import span

_EXPRESS_IN_FLIGHT = 2
"""Chunks that an executor works on beside the others, of batches that have none at work."""


class ChunkMessage(BaseModel):
    """A message of the queue of chunks."""

    client_id: UUID
    batch_id: UUID
    chunk_no: int
    epoch: int


async def subscribe(bus: Bus, executor: Executor, settings: Settings) -> None:
    """Start to consume both queues."""

    async def on_launch(body: bytes) -> None:
        try:
            event = Event.model_validate_json(body)
            launched = BatchLaunched.model_validate(event.data)
        except ValidationError as error:
            raise Poison(f"not a batch.launched event: {error}") from error
        with span("start run", event.traceparent, client_id=launched.client_id, batch_id=launched.batch_id):
            await start_run(executor.postgres, launched.client_id, launched.batch_id, chunk_items=settings.chunk_items)

    async def on_chunk(body: bytes) -> None:
        try:
            message = ChunkMessage.model_validate_json(body)
        except ValidationError as error:
            raise Poison(f"not a chunk order: {error}") from error
        await run_chunk(executor, ChunkOrder(**message.model_dump()))

    await bus.consume(LAUNCHES, on_launch, prefetch=10)
    await bus.consume(CHUNKS, on_chunk, prefetch=settings.chunks_in_flight)
    await bus.consume(EXPRESS, on_chunk, prefetch=_EXPRESS_IN_FLIGHT)
