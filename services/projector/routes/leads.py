"""Leads: pages, one lead, its receipt."""

from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.projector import schemas
from services.projector.find_leads import Question, find_leads, show_lead
from services.projector.lead_queries import PageQuery
from services.projector.trace import TRACEABLE, trace_lead
from shared.auth import Reader

router = APIRouter(tags=["leads"])


@router.get("/leads", summary="Find leads", response_model=schemas.LeadPage)
async def leads(request: Request, caller: Reader, asked: Annotated[PageQuery, Query()]) -> Response:
    """Return a page of leads. A repeated parameter means any of its values, different ones mean all of them.

    Conditions on a former job (`past_...`) are about one and the same job.
    """
    question = Question(
        filters=asked.filters(), sort=asked.sort, after=asked.after, limit=asked.limit, counted=asked.total
    )
    return _json(await find_leads(request.app.state.postgres, caller.client_id, question))


@router.get("/leads/{batch_item_id}", summary="Show a lead", response_model=schemas.LeadDetail)
async def lead(batch_item_id: UUID, request: Request, caller: Reader) -> Response:
    """Return a lead with its work history and every telling of its addresses."""
    return _json(await show_lead(request.app.state.postgres, caller.client_id, batch_item_id))


@router.get("/leads/{batch_item_id}/trace", summary="The receipt of a lead", response_model=schemas.Trace)
async def trace(
    batch_item_id: UUID,
    request: Request,
    caller: Reader,
    field: Annotated[list[Literal[TRACEABLE]], Query(description="These fields alone")] = [],  # type: ignore[valid-type]  # noqa: B006
) -> Response:
    """Return for each field: its value, where it came from (cell, answer, call), and what else was told and lost.

    An answer's exact bytes are at the address that `answer` of its call tells.
    """
    return _json(await trace_lead(request.app.state.postgres, caller.client_id, batch_item_id, field))


def _json(answer: object) -> Response:
    # Rows of our own tables: checking five hundred of them against a model takes longer than finding them.
    return Response(orjson.dumps(answer, default=str), media_type="application/json")
