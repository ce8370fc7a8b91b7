"""Projections of batches: what they hold, and rebuilding one by hand."""

from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.projector import schemas
from services.projector.project_by_hand import Wish, project_by_hand
from services.projector.store.batches import projection_status
from shared.auth import Launcher, Reader
from shared.errors import NotFound
from shared.idempotency import IdempotencyKey

router = APIRouter(tags=["projections"])


@router.post("/batches/{batch_id}/projection", summary="Rebuild a batch's leads", response_model=schemas.Projected)
async def rebuild_projection(
    batch_id: UUID,
    request: Request,
    caller: Launcher,
    order: schemas.ProjectionOrder | None = None,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Read the stored rows and answers again; nobody is asked, nothing is paid.

    Readers see the old leads until the new ones are complete. With `draft` they go on seeing the old ones: look at
    the diff, then promote it. What other rules or another time put in their place can be rolled back.
    """
    wish = Wish(**(order or schemas.ProjectionOrder()).model_dump())
    state = request.app.state
    answer = await project_by_hand(
        state.postgres, state.rules, (caller.client_id, batch_id), wish, idempotency_key=idempotency_key
    )
    return answer.response()


@router.get("/batches/{batch_id}/projection", summary="Show a batch's projection")
async def show_projection(batch_id: UUID, request: Request, caller: Reader) -> schemas.ProjectionStatus:
    """Return what the batch's leads were made of, and the first thousand values that could not be read."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        found = await projection_status(connection, caller.client_id, batch_id, errors=1_000)
    if found is None:
        raise NotFound("This batch is not projected; it is when it completes. GET /batches/{id} shows how far it is.")
    row, errors = found
    unreadable = [schemas.ProjectionError(**error) for error in errors]
    return schemas.ProjectionStatus(**row, unreadable=unreadable)
