"""The filters themselves: which have data, and how many leads each of their values has."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.projector.count_facets import count_facets
from services.projector.facet_schemas import Facets, Filters
from services.projector.lead_queries import FacetQuery
from services.projector.list_filters import list_filters
from shared.auth import Reader

router = APIRouter(tags=["leads"])


@router.get("/facets", summary="Count leads by the values of filters", response_model=Facets)
async def facets(request: Request, caller: Reader, asked: Annotated[FacetQuery, Query()]) -> Any:
    """Return the most frequent values of each filter with their leads, under the other filters asked."""
    return await count_facets(
        request.app.state.postgres, caller.client_id, asked.filters(), names=asked.facet, limit=asked.limit
    )


@router.get("/filters", summary="List the filters", response_model=Filters)
async def filters(request: Request, caller: Reader) -> Any:
    """Return every filter of GET /leads, its kind, and whether your leads have anything to find by it."""
    return await list_filters(request.app.state.postgres, caller.client_id)
