"""The body of an upload on disk, while its digest and size are taken: memory stays flat whatever its size."""

import asyncio
import errno
import hashlib
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from services.ingest.upload_errors import StorageTrouble, UploadStalled, UploadTooLarge
from shared.errors import Problem

_BLOCK_BYTES = 1024 * 1024
_PATIENCE_SECONDS = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Spool:
    """A whole body: the file has no name and is gone with the process."""

    file: BinaryIO
    size: int
    sha256: bytes


@asynccontextmanager
async def spooled(
    chunks: AsyncIterator[bytes], *, directory: Path | None, max_bytes: int, patience: float = _PATIENCE_SECONDS
) -> AsyncIterator[Spool]:
    """Yield the body once all of it is on disk; between two chunks pass `patience` seconds at most.

    Raises UploadTooLarge, UploadStalled, StorageTrouble and whatever the chunks raise.
    """
    try:
        file = await asyncio.to_thread(_open, directory)
    except OSError as error:
        raise _trouble(error) from error
    try:
        digest, size = hashlib.sha256(), 0
        async for block in gathered(chunks, patience):
            size += len(block)
            refuse_more_than(max_bytes, size)
            await asyncio.to_thread(_append, file, digest, block)
        yield Spool(file=file, size=size, sha256=digest.digest())
    finally:
        await asyncio.to_thread(file.close)


def refuse_more_than(max_bytes: int, size: int) -> None:
    """Raise UploadTooLarge if a body has more bytes than the limit."""
    if size > max_bytes:
        raise UploadTooLarge(
            f"The file has more than {max_bytes:,} bytes; split it, or raise LEADLEDGER_UPLOAD_MAX_BYTES.",
            limit=max_bytes,
        )


def _open(directory: Path | None) -> BinaryIO:
    return tempfile.TemporaryFile(dir=directory)


async def gathered(chunks: AsyncIterator[bytes], patience: float = _PATIENCE_SECONDS) -> AsyncIterator[bytes]:
    """Yield the network's small chunks about a megabyte at a time; raises UploadStalled.

    Where the chunks end in an error, what came before it is yielded first.
    """
    block, failure = bytearray(), None
    while failure is None:
        try:
            chunk = await _next(chunks, patience)
        except Problem as error:
            failure, chunk = error, None
        block += chunk or b""
        if len(block) >= _BLOCK_BYTES or (chunk is None and block):
            yield bytes(block)
            block.clear()
        if chunk is None:
            break
    if failure is not None:
        raise failure


async def _next(chunks: AsyncIterator[bytes], patience: float) -> bytes | None:
    try:
        async with asyncio.timeout(patience):
            return await anext(chunks, None)
    except TimeoutError as error:
        raise UploadStalled(f"No byte came for {patience:.0f} seconds; send the file again.") from error


def _append(file: BinaryIO, digest: "hashlib._Hash", block: bytes) -> None:
    digest.update(block)
    try:
        file.write(block)
        file.flush()
    except OSError as error:
        raise _trouble(error) from error


def _trouble(error: OSError) -> StorageTrouble:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageTrouble("The disk for uploads is full; free some space, then send the file again.")
    return StorageTrouble(
        f"The directory for uploads can't be written ({error.strerror}); mend LEADLEDGER_SPOOL_DIR, then send it again."
    )
