"""The audit trail over HTTP: what was asked about an item, what was said, and the very bytes."""

from uuid import UUID

import asyncpg
import zstandard
from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.executor import schemas
from services.executor.run_chunk import Executor
from services.executor.store import audit
from services.executor.verify import verify_batch
from shared.auth import Reader
from shared.errors import NotFound

router = APIRouter(tags=["execution"])


def _executor(request: Request) -> Executor:
    executor: Executor = request.app.state.executor
    return executor


@router.get("/batches/{batch_id}/items/{batch_item_id}/results", summary="The audit trail of an item")
async def item_results(batch_id: UUID, batch_item_id: UUID, request: Request, caller: Reader) -> schemas.ItemResults:
    """Return every attempt about the item, answered or not, none hidden."""
    async with _executor(request).postgres.tenant(caller.client_id) as connection:
        if not await audit.item_exists(connection, caller.client_id, batch_id, batch_item_id):
            raise NotFound("There is no such item in this batch; GET /leads?batch_id= lists the batch's items.")
        rows = await audit.results_of_item(connection, caller.client_id, batch_item_id)
    results = [schemas.ItemResult.model_validate(_hexed(row)) for row in rows]
    return schemas.ItemResults(batch_id=batch_id, batch_item_id=batch_item_id, results=results)


@router.get("/results/{result_id}", summary="One answer and its call")
async def show_result(result_id: UUID, request: Request, caller: Reader) -> schemas.Result:
    """Return a result as it was appended, and the HTTP exchange it came from."""
    async with _executor(request).postgres.tenant(caller.client_id) as connection:
        row = await audit.result_with_call(connection, caller.client_id, result_id)
    if row is None:
        raise NotFound("There is no such result; an item's results are at /batches/{batch_id}/items/{item}/results.")
    fields = _hexed(row)
    call = None if row["call_id"] is None else schemas.CallSummary.model_validate(fields)
    return schemas.Result.model_validate({**fields, "call": call})


@router.get("/calls/{call_id}/answer", summary="The exact bytes of an answer")
async def show_answer(call_id: UUID, request: Request, caller: Reader) -> Response:
    """Return what the provider sent, to the byte; as a download, for it may be anything."""
    async with _executor(request).postgres.tenant(caller.client_id) as connection:
        row = await audit.answer_of_call(connection, caller.client_id, call_id)
    if row is None:
        raise NotFound("There is no such call; a result names its call.")
    content = zstandard.decompress(row["answer_zstd"]) if row["answer_zstd"] is not None else b""
    headers = {
        "Content-Disposition": f'attachment; filename="{call_id}"',
        "X-Answer-Content-Type": row["content_type"] or "",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, headers=headers, media_type="application/octet-stream")


@router.get("/batches/{batch_id}/verify", summary="Recompute the seal")
async def verify(batch_id: UUID, request: Request, caller: Reader) -> schemas.Verification:
    """Compute the seal of a completed batch anew from its results and compare."""
    found = await verify_batch(_executor(request).postgres, caller.client_id, batch_id)
    return schemas.Verification(batch_id=batch_id, **found)


def _hexed(row: asyncpg.Record) -> dict[str, object]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items()}
