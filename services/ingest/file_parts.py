"""The bytes of a file in parts of a megabyte, each compressed by itself: stored so, and given back so."""

from collections.abc import Iterator
from typing import BinaryIO

import zstandard

_PART_BYTES = 1024 * 1024
_LEVEL = 1


def compressed_parts(file: BinaryIO) -> Iterator[bytes]:
    """Yield the whole file in order."""
    compressor = zstandard.ZstdCompressor(level=_LEVEL)
    file.seek(0)
    while part := file.read(_PART_BYTES):
        yield compressor.compress(part)


def compressed(part: bytes) -> bytes:
    """Return a part compressed by itself."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(part)


def decompressed(part: bytes) -> bytes:
    """Return the bytes of the file that a part holds."""
    return zstandard.ZstdDecompressor().decompress(part, max_output_size=2 * _PART_BYTES)
