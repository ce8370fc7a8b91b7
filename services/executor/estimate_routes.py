"""Estimates over HTTP."""

from collections import defaultdict
from decimal import Decimal

from fastapi import APIRouter, Request

from services.executor.configuration import configuration_of
from services.executor.estimate import Estimate
from services.executor.estimate_launch import LaunchToEstimate, estimate_launch
from services.executor.estimate_schemas import AtLeastAtMost, EstimateOrder, LaunchEstimate, ProviderEstimate
from services.executor.run_chunk import Executor
from shared.auth import Caller, Reader

router = APIRouter(tags=["control"])


@router.post("/estimates", summary="What a launch would cost")
async def post_estimate(order: EstimateOrder, request: Request, caller: Reader) -> LaunchEstimate:
    """Estimate a launch from the upload's rows, the providers' documents and how often they answered you before."""
    executor: Executor = request.app.state.executor
    launch = LaunchToEstimate(
        client_id=caller.client_id,
        upload_id=order.upload_id,
        workflow=order.workflow,
        sample=order.sample,
        rows=None if order.rows is None else tuple(order.rows),
    )
    made = await estimate_launch(executor, launch)
    cost_most = defaultdict[str, Decimal](Decimal)
    for each in made.estimates:
        cost_most[each.cost_unit] += each.cost_most
    return LaunchEstimate(
        upload_id=order.upload_id,
        workflow=made.workflow,
        items=made.items,
        looked_at=made.looked_at,
        providers=[await _shown(executor, caller, each) for each in made.estimates],
        cost_most=dict(cost_most),
    )


async def _shown(executor: Executor, caller: Caller, made: Estimate) -> ProviderEstimate:
    document = (await executor.providers.find(caller.client_id, made.provider)).compiled.document
    configuration = await configuration_of(executor.postgres, executor.vault, caller.client_id, document)
    return ProviderEstimate(
        step=made.step,
        per="company" if made.per == "company" else "item",
        provider=made.provider,
        configured=not configuration.missing,
        asked=AtLeastAtMost(least=made.asked.least, most=made.asked.most),
        calls=AtLeastAtMost(least=made.calls.least, most=made.calls.most),
        hit_rate=made.hit_rate,
        cost_unit=made.cost_unit,
        cost_expected=made.cost_expected,
        cost_most=made.cost_most,
    )
