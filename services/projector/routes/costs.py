"""What batches cost."""

from uuid import UUID

from fastapi import APIRouter, Request

from services.projector.cost_schemas import Costs
from services.projector.count_costs import count_costs
from shared.auth import Reader

router = APIRouter(tags=["leads"])


@router.get("/batches/{batch_id}/costs", summary="What a batch cost")
async def costs(batch_id: UUID, request: Request, caller: Reader) -> Costs:
    """Return the spend per step and provider, and per value that stands in the leads."""
    return Costs.model_validate(await count_costs(request.app.state.postgres, caller.client_id, batch_id))
