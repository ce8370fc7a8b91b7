"""Drafts: what other rules would make of a batch, and what takes whose place."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.projector import draft_schemas as schemas
from services.projector.diff_draft import DiffQuery, diff_draft
from services.projector.project_by_hand import body_of
from services.projector.promote import discard_draft, promote_draft, roll_back
from services.projector.schemas import Projected
from shared.auth import Launcher, Reader

router = APIRouter(prefix="/batches/{batch_id}/projection", tags=["projections"])


@router.get("/diff", summary="Show what a draft would change", response_model=schemas.Diff)
async def diff(
    batch_id: UUID, request: Request, caller: Reader, asked: Annotated[schemas.DiffPage, Query()]
) -> dict[str, object]:
    """Return the leads that promoting the draft would change: each field from what to what, and why."""
    query = DiffQuery(field=asked.field, after=asked.after, limit=asked.limit)
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        return await diff_draft(connection, caller.client_id, batch_id, query)


@router.post("/promote", summary="Let readers see the draft", response_model=Projected)
async def promote(batch_id: UUID, request: Request, caller: Launcher) -> dict[str, object]:
    """Put the draft in the place of the live leads, in one moment for readers; the former ones are kept.

    It holds until the batch completes anew: that is read by the rules in force (POST /rules/{version}/promote).
    """
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        return body_of(await promote_draft(connection, caller.client_id, batch_id))


@router.post("/rollback", summary="Take a promotion back", response_model=Projected)
async def rollback(batch_id: UUID, request: Request, caller: Launcher) -> dict[str, object]:
    """Let readers see exactly what they saw before the last promotion; what it had put there is the draft again."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        return body_of(await roll_back(connection, caller.client_id, batch_id))


@router.delete("/draft", summary="Forget the draft", status_code=204, response_class=Response)
async def discard(batch_id: UUID, request: Request, caller: Launcher) -> None:
    """Forget the draft; what readers see stays."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        await discard_draft(connection, caller.client_id, batch_id)
