"""The shape explorer: what stands in the stored answers, to write a reading from."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.executor.outcome import Outcome
from services.executor.shape import find_shape
from services.executor.shape_schemas import Shape
from shared.auth import Reader

router = APIRouter(tags=["execution"])


@router.get("/providers/{name}/shape", summary="The shape of a provider's answers")
async def shape(
    name: str,
    request: Request,
    caller: Reader,
    sample: Annotated[int, Query(ge=1, le=2_000, description="Look at so many answers, of your newest batches")] = 200,
    outcome: Annotated[list[Outcome], Query(max_length=12, description="Of answers with these outcomes")] = [  # noqa: B006
        Outcome.OK
    ],
) -> Shape:
    """Return every path of your stored answers of a provider: its types, how often it is filled, and examples."""
    postgres = request.app.state.executor.postgres
    outcomes = [each.value for each in outcome]
    return Shape.model_validate(await find_shape(postgres, caller.client_id, name, outcomes=outcomes, sample=sample))
