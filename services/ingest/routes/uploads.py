"""Uploads over HTTP: sent, listed, looked into, given back."""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import contextmanager_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, Field

from services.ingest.file_parts import decompressed
from services.ingest.filename import attachment, clean_filename
from services.ingest.open_file import named_source
from services.ingest.packed_file import unpacked
from services.ingest.partial_upload import pieces_of
from services.ingest.reading.dialect import DialectChoice
from services.ingest.reading.limits import ReadingLimits
from services.ingest.receive_upload import UploadOrder, receive_upload
from services.ingest.spool import spooled
from services.ingest.store import uploads as store
from services.ingest.unpacking import UnpackingLimits
from services.ingest.upload_body import UploadBody
from services.ingest.upload_schemas import UploadAnswer, UploadPage
from shared.auth import Reader, Uploader
from shared.errors import NotFound
from shared.idempotency import IdempotencyKey
from shared.postgres import Connection, Postgres
from shared.settings import Settings

router = APIRouter(prefix="/uploads", tags=["uploads"])

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": "First Name,Email\nAda,ada@example.com\n"},
            "multipart/form-data": {
                "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
            },
        },
    }
}


class UploadQuery(BaseModel):
    """What may be said of a file; whatever is not said is found in it."""

    source: str | None = Field(None, description="The kind of CSV; told from the header if absent", examples=["apollo"])
    filename: str | None = Field(
        None, description="Kept with the upload; a form's own if absent", examples=["leads.csv"]
    )
    encoding: str | None = Field(None, examples=["cp1252"])
    delimiter: str | None = Field(None, examples=[";"])
    quote_char: str | None = Field(None, description="Empty: nothing is quoted", examples=['"'])
    partial: UUID | None = Field(None, description="The file that was sent in pieces; the body is then empty")


@router.post("", status_code=201, response_model=UploadAnswer, summary="Upload a CSV file", openapi_extra=_BODY)
async def post_upload(
    request: Request, caller: Uploader, query: Annotated[UploadQuery, Query()], idempotency_key: IdempotencyKey = None
) -> Response:
    """Store a file sent as the raw body or as the one file of a form: every byte, every record, or nothing."""
    state = request.app.state
    settings: Settings = state.settings
    source = named_source(query.source)
    unpacking = _unpacking_limits(settings)
    body = UploadBody(request, unpacking, max_bytes=settings.upload_max_bytes)
    chunks = pieces_of(state.postgres, caller.client_id, query.partial) if query.partial else body.chunks
    # A partial upload becomes one upload, however often it is asked for.
    key = idempotency_key or (f"partial {query.partial}" if query.partial else None)
    with state.upload_slots.one():
        spooling = spooled(chunks, directory=settings.spool_dir, max_bytes=settings.upload_max_bytes)
        async with (
            spooling as spool,
            contextmanager_in_threadpool(unpacked(spool.file, unpacking, settings.spool_dir)) as table,
        ):
            order = UploadOrder(
                client_id=caller.client_id,
                source=source,
                filename=clean_filename(query.filename or body.filename),
                choice=DialectChoice(encoding=query.encoding, delimiter=query.delimiter, quote_char=query.quote_char),
                idempotency_key=key,
            )
            answer = await receive_upload(state.postgres, order, spool, table, _reading_limits(settings))
    state.relay.wake()
    return answer.response()


def _unpacking_limits(settings: Settings) -> UnpackingLimits:
    return UnpackingLimits(
        max_bytes=settings.upload_max_unpacked_bytes,
        max_ratio=settings.upload_max_ratio,
        max_workbook_bytes=settings.upload_max_workbook_bytes,
    )


def _reading_limits(settings: Settings) -> ReadingLimits:
    return ReadingLimits(
        max_cell_chars=settings.upload_max_cell_chars,
        max_columns=settings.upload_max_columns,
        max_records=settings.upload_max_records,
    )


@router.get("", summary="List uploads")
async def get_uploads(
    request: Request, caller: Reader, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> UploadPage:
    """Return uploads, newest first."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        rows = await store.list_uploads(connection, caller.client_id, after=after, limit=limit + 1)
    uploads = [UploadAnswer.of(dict(row)) for row in rows[:limit]]
    return UploadPage(uploads=uploads, next=uploads[-1].upload_id if len(rows) > limit else None)


@router.get("/{upload_id}", summary="One upload")
async def get_upload(request: Request, caller: Reader, upload_id: UUID) -> UploadAnswer:
    """Return the same as the answer to the upload itself."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        return await find_or_404(connection, caller.client_id, upload_id)


async def find_or_404(connection: Connection, client_id: UUID, upload_id: UUID) -> UploadAnswer:
    """Return one upload; raises NotFound."""
    row = await store.find_upload(connection, client_id, upload_id)
    if row is None:
        raise NotFound(f"There is no upload {upload_id}; GET /uploads lists yours.")
    return UploadAnswer.of(dict(row))


@router.get("/{upload_id}/file", summary="The very bytes of an upload", response_class=StreamingResponse)
async def get_file(request: Request, caller: Reader, upload_id: UUID) -> StreamingResponse:
    """Stream the file back, byte for byte."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        upload = await find_or_404(connection, caller.client_id, upload_id)
    headers = {
        "Content-Disposition": attachment(upload.filename),
        "Content-Length": str(upload.bytes),
        "ETag": f'"{upload.sha256}"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(
        _bytes(postgres, caller.client_id, upload),
        headers=headers,
        media_type="application/octet-stream"
        if upload.dialect.get("packing")
        else f"text/csv; charset={upload.dialect['encoding']}",
    )


async def _bytes(postgres: Postgres, client_id: UUID, upload: UploadAnswer) -> AsyncIterator[bytes]:
    """Read part by part, each in a transaction of its own: a slow client holds none open."""
    part_no = sent = 0
    while sent < upload.bytes:
        async with postgres.tenant(client_id) as connection:
            part = decompressed(await store.find_part(connection, client_id, upload.upload_id, part_no=part_no))
        yield part
        part_no, sent = part_no + 1, sent + len(part)
