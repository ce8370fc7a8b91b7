"""A file that comes in pieces: what has arrived stays, however often the line breaks, until it is made an upload."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

from services.ingest.file_parts import compressed, decompressed
from services.ingest.spool import gathered, refuse_more_than
from services.ingest.store import partials as store
from services.ingest.upload_errors import OffsetMismatch
from shared.errors import NotFound
from shared.failpoints import failpoint
from shared.postgres import Postgres


async def find_offset(postgres: Postgres, client_id: UUID, partial_id: UUID) -> int:
    """Return how many bytes have arrived; raises NotFound."""
    async with postgres.tenant(client_id) as connection:
        received = await store.find_received(connection, client_id, partial_id)
    return _known(received, partial_id)


async def append_pieces(
    postgres: Postgres, client_id: UUID, partial_id: UUID, chunks: AsyncIterator[bytes], *, offset: int, max_bytes: int
) -> int:
    """Append a body that begins at this byte, each megabyte in a commit of its own; return where it ends.

    Raises NotFound, OffsetMismatch, UploadTooLarge, UploadStalled and whatever the chunks raise.
    """
    _check(await find_offset(postgres, client_id, partial_id), offset)
    async for block in gathered(chunks):
        refuse_more_than(max_bytes, offset + len(block))
        zstd = await asyncio.to_thread(compressed, block)
        async with postgres.tenant(client_id) as connection:
            received = await store.find_received(connection, client_id, partial_id, for_more=True)
            _check(_known(received, partial_id), offset)
            await store.append_piece(connection, client_id, partial_id, begins_at=offset, size=len(block), zstd=zstd)
        failpoint("ingest.piece_committed")
        offset += len(block)
    return offset


async def pieces_of(postgres: Postgres, client_id: UUID, partial_id: UUID) -> AsyncIterator[bytes]:
    """Yield what has arrived, in order."""
    received, offset = await find_offset(postgres, client_id, partial_id), 0
    while offset < received:
        async with postgres.tenant(client_id) as connection:
            piece = await store.find_piece(connection, client_id, partial_id, begins_at=offset)
        if piece is None:
            raise _unknown(partial_id)
        block = await asyncio.to_thread(decompressed, piece)
        yield block
        offset += len(block)


def _check(received: int, offset: int) -> None:
    if received != offset:
        raise OffsetMismatch(
            f"{received:,} bytes have arrived; go on from there, with Upload-Offset: {received}.", offset=received
        )


def _known(received: int | None, partial_id: UUID) -> int:
    if received is None:
        raise _unknown(partial_id)
    return received


def _unknown(partial_id: UUID) -> NotFound:
    return NotFound(f"There is no partial upload {partial_id}, or it is too old; begin it anew.")
