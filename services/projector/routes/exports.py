"""Leads as files, streamed."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse

from services.projector.export_leads import as_csv, as_jsonl, pages_of
from services.projector.lead_queries import CsvQuery, JsonlQuery
from shared.auth import Reader

router = APIRouter(tags=["leads"])


@router.get("/leads.csv", summary="Download leads as CSV", response_class=StreamingResponse)
async def leads_csv(request: Request, caller: Reader, asked: Annotated[CsvQuery, Query()]) -> StreamingResponse:
    """Stream every lead that the filters let through, safe to open in a spreadsheet."""
    pages = pages_of(request.app.state.postgres, caller.client_id, asked.filters(), sort=asked.sort)
    return await _file(as_csv(pages, formula_safe=asked.formula_safe), "text/csv; charset=utf-8", "leads.csv")


@router.get("/leads.jsonl", summary="Download leads as JSON lines", response_class=StreamingResponse)
async def leads_jsonl(request: Request, caller: Reader, asked: Annotated[JsonlQuery, Query()]) -> StreamingResponse:
    """Stream every lead that the filters let through, a line of JSON for each."""
    pages = pages_of(request.app.state.postgres, caller.client_id, asked.filters(), sort=asked.sort)
    return await _file(as_jsonl(pages), "application/jsonl", "leads.jsonl")


async def _file(parts: AsyncIterator[bytes], media_type: str, name: str) -> StreamingResponse:
    # The first part is made before the answer begins, so that what is wrong with the question is told as a problem.
    first = await anext(parts)

    async def content() -> AsyncIterator[bytes]:
        yield first
        async for part in parts:
            yield part

    return StreamingResponse(
        content(), media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
