"""Which characters the bytes of a file stand for."""

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO, Literal, TypeAlias

from services.ingest.reading.errors import BadDialect, UnreadableEncoding
from services.ingest.reading.legacy_encoding import LEGACY_ENCODINGS, guess_legacy_encoding
from services.ingest.reading.utf8_census import Utf8Census

EncodingBasis: TypeAlias = Literal["given", "bom", "pattern", "valid", "damaged", "guessed"]

WIDE_ENCODINGS = frozenset({"utf-16-le", "utf-16-be"})
_BLOCK_BYTES = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Encoding:
    """A codec by its Python name, how it was found, and the length of the byte order mark."""

    name: str
    basis: EncodingBasis
    bom_bytes: int = 0


def given_encoding(name: str, head: bytes) -> Encoding:
    """Return the encoding a caller chose; `utf-16` without an order takes it from the file's start."""
    try:
        codec = codecs.lookup(name).name
    except LookupError:
        codec = ""
    codec = {"utf-8-sig": "utf-8", "utf-16": _utf16_order(head)}.get(codec, codec)
    if codec not in {"utf-8", *WIDE_ENCODINGS, *LEGACY_ENCODINGS}:
        raise BadDialect(
            f"The encoding {name!r} is not supported; choose utf-8, utf-16, cp1252 or another of "
            f"{', '.join(sorted(LEGACY_ENCODINGS))}, or save the file as UTF-8.",
        )
    mark = next((mark for mark, marked in _MARKS if marked == codec and head.startswith(mark)), b"")
    return Encoding(name=codec, basis="given", bom_bytes=len(mark))


def marked_encoding(head: bytes) -> Encoding | None:
    """Return the encoding that a byte order mark, or the zero bytes of UTF-16 text, tell."""
    # The little-endian mark of UTF-32 begins with UTF-16's.
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnreadableEncoding("The file is in UTF-32; save it as UTF-8 and upload it again.")
    for mark, codec in _MARKS:
        if head.startswith(mark):
            return Encoding(name=codec, basis="bom", bom_bytes=len(mark))
    utf16 = _utf16_by_zeros(head)
    return Encoding(name=utf16, basis="pattern") if utf16 else None


def counted_encoding(file: IO[bytes]) -> Encoding:
    """Return UTF-8 or a legacy encoding after looking at every byte; reads the file from its start."""
    file.seek(0)
    census = Utf8Census()
    for block in _blocks(file):
        census.feed(block)
    census.finish()
    if census.invalid == 0:
        return Encoding(name="utf-8", basis="valid")
    if census.is_damaged_utf8:
        return Encoding(name="utf-8", basis="damaged")
    return Encoding(name=guess_legacy_encoding(census.sample), basis="guessed")


def _blocks(file: IO[bytes]) -> Iterable[bytes]:
    return iter(lambda: file.read(_BLOCK_BYTES), b"")


def _utf16_order(head: bytes) -> str:
    marked = marked_encoding(head)
    return marked.name if marked and marked.name in WIDE_ENCODINGS else "utf-16-le"


def _utf16_by_zeros(head: bytes) -> str | None:
    # Delimiters, line ends and Latin letters have one zero byte each, all at the same parity.
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for zeros, others, codec in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        mostly_latin = zeros >= 4 and zeros > 0.15 * len(head) and others * 10 <= zeros
        other_script = zeros >= 20 and zeros > 0.02 * len(head) and others == 0
        if mostly_latin or other_script:
            return codec
    return None
