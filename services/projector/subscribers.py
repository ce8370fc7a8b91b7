"""What the projector listens to: completed batches, and uploads of customers."""

from pydantic import ValidationError

from services.projector.rebuild import RebuildRequest, rebuild
from services.projector.rules import Rules
from services.projector.take_customers import take_customers
from shared.bus import Bus, Poison
from shared.bus.topology import COMPLETIONS, UPLOADS
from shared.errors import NotFound
from shared.events import BatchCompleted, Event, UploadReceived
from shared.postgres import Postgres
from shared.telemetry import span

_AT_ONCE = 2
"""Rebuilds at work at once: a small batch need not wait for a huge one."""


async def subscribe(bus: Bus, postgres: Postgres, rules: Rules) -> None:
    """Start to consume the queues."""

    async def on_completion(body: bytes) -> None:
        try:
            event = Event.model_validate_json(body)
            completed = BatchCompleted.model_validate(event.data)
        except ValidationError as error:
            raise Poison(f"not a batch.completed event: {error}") from error
        request = RebuildRequest(
            client_id=completed.client_id, batch_id=completed.batch_id, completion=completed.completion
        )
        with span("rebuild", event.traceparent, client_id=request.client_id, batch_id=request.batch_id):
            try:
                await rebuild(postgres, rules, request)
            except NotFound as error:
                raise Poison(f"no such batch: {request.batch_id}") from error

    async def on_upload(body: bytes) -> None:
        try:
            event = Event.model_validate_json(body)
            received = UploadReceived.model_validate(event.data)
        except ValidationError as error:
            raise Poison(f"not an upload.received event: {error}") from error
        if received.source == "customers":
            with span("take customers", event.traceparent, client_id=received.client_id):
                await take_customers(postgres, received.client_id, received.upload_id)

    await bus.consume(COMPLETIONS, on_completion, prefetch=_AT_ONCE)
    await bus.consume(UPLOADS, on_upload, prefetch=_AT_ONCE)
