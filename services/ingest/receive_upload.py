"""Receive an upload: every byte and every record of a file stored in one transaction, or nothing at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

import asyncpg

from services.ingest.ahead import ahead
from services.ingest.file_parts import compressed_parts
from services.ingest.notices import MAPPING_REMEMBERED, notices_of
from services.ingest.open_file import OpenFile, open_file
from services.ingest.packed_file import Table
from services.ingest.reading.dialect import DialectChoice
from services.ingest.reading.limits import ReadingLimits
from services.ingest.row_slices import row_slices
from services.ingest.sources.source import Source
from services.ingest.spool import Spool
from services.ingest.store import uploads as store
from services.ingest.store.mappings import find_remembered
from services.ingest.upload_errors import StorageTrouble
from services.ingest.upload_schemas import UploadAnswer, mapping_columns
from shared.events import UploadReceived
from shared.failpoints import failpoint
from shared.idempotency import Answer, earlier_answer, once, store_answer
from shared.outbox import append_event
from shared.postgres import Connection, Postgres


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadOrder:
    """What is asked for with a file; source None: to be told from its header."""

    client_id: UUID
    source: Source | None
    filename: str
    choice: DialectChoice
    idempotency_key: str | None


async def receive_upload(
    postgres: Postgres, order: UploadOrder, spool: Spool, table: Table, limits: ReadingLimits
) -> Answer:
    """Store the file; the answer is the upload, or the first answer to the same request."""
    asked = {
        "source": order.source.name if order.source else None,
        "filename": order.filename,
        "dialect": [order.choice.encoding, order.choice.delimiter, order.choice.quote_char],
        "sha256": spool.sha256.hex(),
    }
    request = once(order.client_id, "POST /uploads", order.idempotency_key, asked=asked)
    file = await asyncio.to_thread(open_file, table, order.choice, limits, source=order.source)
    try:
        async with postgres.tenant(order.client_id) as connection:
            answer = await earlier_answer(connection, request)
            if answer is None:
                answer = await _store(connection, order, spool, file)
                await store_answer(connection, request, answer)
                failpoint("ingest.rows_before_commit")
    except asyncpg.DiskFullError as error:
        raise StorageTrouble("The database's disk is full; free some space, then send the file again.") from error
    failpoint("ingest.upload_committed_before_answer")
    return answer


async def _store(connection: Connection, order: UploadOrder, spool: Spool, file: OpenFile) -> Answer:
    upload_id = await store.new_id(connection)
    rows, problems = await _store_rows(connection, order.client_id, upload_id, file)
    failpoint("ingest.rows_before_bytes")
    await _store_bytes(connection, order.client_id, upload_id, spool.file)
    mapping, unmapped, doubtful = mapping_columns(file.mapping, file.reader.header.cells)
    notices = list(notices_of(file, rows=rows))
    remembered = await find_remembered(connection, order.client_id, file.mapping.source, file.reader.header.cells)
    if remembered is not None:
        mapping, unmapped, doubtful = remembered["mapping"], remembered["unmapped"], []
        notices.append(MAPPING_REMEMBERED)
    facts = {
        "source": file.mapping.source,
        "filename": order.filename,
        "sha256": spool.sha256,
        "bytes": spool.size,
        "dialect": {**file.dialect.to_json(), "packing": file.packing},
        "header": list(file.reader.header.cells),
        "mapping": mapping,
        "unmapped": unmapped,
        "doubtful": doubtful,
        "notices": [notice.model_dump() for notice in notices],
        "rows": rows,
        "problems": problems,
    }
    upload = UploadAnswer.of(dict(await store.insert_upload(connection, order.client_id, upload_id, facts)))
    event = UploadReceived(
        client_id=order.client_id,
        upload_id=upload_id,
        source=upload.source,
        rows=rows,
        problems=problems,
        sha256=upload.sha256,
    )
    await append_event(connection, "ingest", event)
    return Answer(status=201, body=upload.model_dump(mode="json"))


async def _store_rows(connection: Connection, client_id: UUID, upload_id: UUID, file: OpenFile) -> tuple[int, int]:
    """Return how many rows there are, and how many of them have a problem."""
    rows = problems = 0

    async def binary() -> AsyncIterator[bytes]:
        nonlocal rows, problems
        async with aclosing(ahead(row_slices(file.reader.rows(), client_id, upload_id))) as slices:
            async for some in slices:
                rows += some.rows
                problems += some.flagged
                yield some.binary
                failpoint("ingest.rows_half_copied")

    await store.copy_rows(connection, binary())
    return rows, problems


async def _store_bytes(connection: Connection, client_id: UUID, upload_id: UUID, file: BinaryIO) -> None:
    part_no = 0
    async with aclosing(ahead(compressed_parts(file))) as parts:
        async for part in parts:
            await store.insert_part(connection, client_id, upload_id, part_no=part_no, zstd=part)
            part_no += 1
