"""How much a packed file may become, and gzip undone within that."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from services.ingest.unpack_errors import BrokenArchive, SuspiciousCompression, UnpackedTooLarge

_GZIP = 31
_STEP_BYTES = 1024 * 1024
# What little is packed may unpack to this much, however well it is compressed.
_HARMLESS_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackingLimits:
    """`max_ratio` is of unpacked to packed bytes."""

    max_bytes: int
    max_ratio: int
    max_workbook_bytes: int

    def check(self, *, packed: int, unpacked: int) -> None:
        """Raise UnpackedTooLarge or SuspiciousCompression if so much came out of so much."""
        if unpacked > self.max_bytes:
            raise UnpackedTooLarge(
                f"The file has more than {self.max_bytes:,} bytes once it is unpacked; split it, or raise "
                "LEADLEDGER_UPLOAD_MAX_UNPACKED_BYTES.",
                limit=self.max_bytes,
            )
        if unpacked > max(_HARMLESS_BYTES, packed * self.max_ratio):
            raise SuspiciousCompression(
                f"The file unpacks to more than {self.max_ratio:,} times its size; upload it unpacked, or raise "
                "LEADLEDGER_UPLOAD_MAX_RATIO.",
                limit=self.max_ratio,
            )


class Gunzip:
    """Undoes gzip step by step, of several members too; memory stays flat whatever comes out."""

    def __init__(self, limits: UnpackingLimits) -> None:
        self._limits = limits
        self._member = zlib.decompressobj(_GZIP)
        self._packed = self._unpacked = 0

    def feed(self, block: bytes) -> Iterator[bytes]:
        """Yield what more there is with this block; raises BrokenArchive and what the limits raise."""
        self._packed += len(block)
        while block:
            try:
                piece = self._member.decompress(block, _STEP_BYTES)
            except zlib.error as error:
                raise BrokenArchive(f"The gzip data is damaged ({error}); pack the file again.") from error
            self._unpacked += len(piece)
            self._limits.check(packed=self._packed, unpacked=self._unpacked)
            if piece:
                yield piece
            block = self._member.unconsumed_tail
            if self._member.eof:
                # Members may follow each other; zeros behind the last are padding.
                block = self._member.unused_data.lstrip(b"\0")
                self._member = zlib.decompressobj(_GZIP) if block else self._member

    def end(self) -> None:
        """Raise BrokenArchive unless the data is whole."""
        if not self._member.eof:
            raise BrokenArchive("The gzip data ends too early; send the file again.")


async def gunzipped(chunks: AsyncIterator[bytes], limits: UnpackingLimits) -> AsyncIterator[bytes]:
    """Yield what a body with `Content-Encoding: gzip` stands for."""
    gunzip = Gunzip(limits)
    async for chunk in chunks:
        pieces = gunzip.feed(chunk)
        while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
            yield piece
    gunzip.end()
