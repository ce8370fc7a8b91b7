"""Control over HTTP: a batch is paused, resumed, cancelled, retried."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.executor import control
from services.executor.pauses import lift_pause
from services.executor.retry import Retry, retry
from services.executor.schemas import Controlled, ProviderResumed, Reason, Resume, Retried, RetryInput
from shared.auth import Launcher
from shared.idempotency import IdempotencyKey

router = APIRouter(tags=["control"])


@router.post("/batches/{batch_id}/pause", response_model=Controlled, summary="Pause a batch")
async def pause(
    batch_id: UUID,
    request: Request,
    caller: Launcher,
    given: Reason | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Make no more calls for the batch until it is resumed; calls in flight are answered and stored."""
    state = request.app.state
    command = control.Command(
        client_id=caller.client_id,
        batch_id=batch_id,
        verb="pause",
        reason=given.reason if given is not None else control.BY_REQUEST,
        idempotency_key=idempotency_key,
    )
    answer = await control.pause(state.postgres, command, chunk_items=state.settings.chunk_items)
    return answer.response()


@router.post("/batches/{batch_id}/resume", response_model=Controlled, summary="Let a paused batch go on")
async def resume(
    batch_id: UUID,
    request: Request,
    caller: Launcher,
    given: Resume | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Go on with a paused batch where it stood; with a higher budget if that was used up."""
    state = request.app.state
    command = control.Command(
        client_id=caller.client_id,
        batch_id=batch_id,
        verb="resume",
        budget=given.budget if given is not None else None,
        idempotency_key=idempotency_key,
    )
    answer = await control.resume(state.postgres, command, chunk_items=state.settings.chunk_items)
    return answer.response()


@router.post("/batches/{batch_id}/cancel", response_model=Controlled, summary="End a batch")
async def cancel(
    batch_id: UUID,
    request: Request,
    caller: Launcher,
    given: Reason | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Ask nothing more for the batch; what was answered stays, and its rows become leads all the same."""
    state = request.app.state
    command = control.Command(
        client_id=caller.client_id,
        batch_id=batch_id,
        verb="cancel",
        reason=given.reason if given is not None else control.BY_REQUEST,
        idempotency_key=idempotency_key,
    )
    answer = await control.cancel(state.postgres, command, chunk_items=state.settings.chunk_items)
    return answer.response()


@router.post("/batches/{batch_id}/retry", response_model=Retried, summary="Ask again what failed or was lost")
async def retry_batch(
    batch_id: UUID,
    given: RetryInput,
    request: Request,
    caller: Launcher,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Record the decision and ask again; the attempts until now stay, and the batch is completed and sealed anew."""
    state = request.app.state
    command = Retry(
        client_id=caller.client_id,
        batch_id=batch_id,
        verb="retry",
        decided_by=caller.key_id,
        only=given.only,
        items=None if given.items is None else tuple(given.items),
        idempotency_key=idempotency_key,
    )
    answer = await retry(state.postgres, command, chunk_items=state.settings.chunk_items)
    return answer.response()


@router.post("/providers/{name}/resume", summary="Let a paused provider be asked again")
async def resume_provider(name: str, request: Request, caller: Launcher) -> ProviderResumed:
    """End the provider's pause or rest for this client; batches that stood still for it go on."""
    state = request.app.state
    await state.executor.providers.find(caller.client_id, name)
    async with state.postgres.tenant(caller.client_id) as connection:
        batches = await lift_pause(connection, caller.client_id, name, reason=f"{name} was resumed")
    return ProviderResumed(provider=name, resumed=batches)
