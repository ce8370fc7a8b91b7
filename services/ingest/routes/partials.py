"""Files sent in pieces over HTTP: begun, continued, and then made an upload by `POST /uploads?partial=`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field

from services.ingest.partial_upload import append_pieces, find_offset
from services.ingest.store.partials import insert_partial
from services.ingest.upload_body import received_body
from shared.auth import Uploader
from shared.postgres import Postgres
from shared.settings import Settings

router = APIRouter(prefix="/uploads/partial", tags=["uploads"])


class PartialAnswer(BaseModel):
    """What has arrived of a file; the next byte to send is the one at `offset`, from 0."""

    partial_id: UUID
    offset: int = Field(examples=[0])


@router.post("", status_code=201, summary="Begin a file that is sent in pieces")
async def post_partial(request: Request, caller: Uploader) -> PartialAnswer:
    """Give the file an id to send its bytes to; it is kept for two days."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        return PartialAnswer(partial_id=await insert_partial(connection, caller.client_id), offset=0)


@router.get("/{partial_id}", summary="How much of a file has arrived")
async def get_partial(request: Request, caller: Uploader, partial_id: UUID) -> PartialAnswer:
    """Tell where to go on after the line broke."""
    offset = await find_offset(request.app.state.postgres, caller.client_id, partial_id)
    return PartialAnswer(partial_id=partial_id, offset=offset)


@router.patch("/{partial_id}", summary="Send the next bytes of a file")
async def patch_partial(
    request: Request, caller: Uploader, partial_id: UUID, upload_offset: Annotated[int, Header(ge=0)]
) -> PartialAnswer:
    """Append the raw body, which begins at `Upload-Offset`; what arrives before the line breaks is kept."""
    settings: Settings = request.app.state.settings
    with request.app.state.upload_slots.one():
        offset = await append_pieces(
            request.app.state.postgres,
            caller.client_id,
            partial_id,
            received_body(request),
            offset=upload_offset,
            max_bytes=settings.upload_max_bytes,
        )
    return PartialAnswer(partial_id=partial_id, offset=offset)
