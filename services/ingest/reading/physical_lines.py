r"""The physical lines of a file, with what each takes of its bytes; "\n", "\r\n" and "\r" end a line."""

import codecs
import io
import re
from dataclasses import dataclass, field
from typing import IO

from services.ingest.reading.dialect import Dialect
from services.ingest.reading.encoding import WIDE_ENCODINGS
from services.ingest.reading.errors import RecordTooLong
from services.ingest.reading.limits import ReadingLimits

_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(kw_only=True, slots=True)
class Lines:
    """Whole lines as bytes of `line_codec`, and the bytes each takes in the file."""

    content: list[bytes] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def after(self, count: int) -> "Lines":
        """Return the lines behind the first `count`."""
        return Lines(content=self.content[count:], sizes=self.sizes[count:])

    def followed_by(self, other: "Lines") -> "Lines":
        """Return these lines and then the others."""
        return Lines(content=self.content + other.content, sizes=self.sizes + other.sizes)


def line_codec(dialect: Dialect) -> str:
    """Return the codec of `Lines.content`: UTF-16 is handed on as UTF-8."""
    return "utf-8" if dialect.encoding in WIDE_ENCODINGS else dialect.encoding


class LineReader:
    """Reads a file from behind its byte order mark to its end, in blocks of whole lines."""

    def __init__(self, file: IO[bytes], dialect: Dialect, *, limits: ReadingLimits) -> None:
        file.seek(dialect.bom_bytes)
        self.at_end = False
        self._file = file
        self._max_bytes = limits.max_record_bytes
        wide = dialect.encoding in WIDE_ENCODINGS
        self._splitter = _WideSplitter(dialect.encoding) if wide else _ByteSplitter()

    def read(self, size: int) -> Lines:
        """Return the lines of about `size` more bytes; `at_end` tells whether these were the last."""
        lines = Lines()
        while not lines.content and not self.at_end:
            block = self._file.read(size)
            self.at_end = not block
            lines = self._splitter.split(block)
            if len(self._splitter.rest) > self._max_bytes:
                raise RecordTooLong(
                    f"A line of the file has more than {self._max_bytes:,} bytes; "
                    "check that the file is CSV and that its rows end in line breaks.",
                    limit=self._max_bytes,
                )
        return lines


class _ByteSplitter:
    """Finds lines without decoding, in encodings that write a line end as ASCII does."""

    def __init__(self) -> None:
        self.rest = b""

    def split(self, block: bytes) -> Lines:
        """Return the lines that are whole after this block; an empty block ends the file."""
        content = (self.rest + block).splitlines(keepends=True)
        # A line feed may follow a carriage return that ends the block.
        keep_last = block and content and not content[-1].endswith(b"\n")
        self.rest = content.pop() if keep_last else b""
        return Lines(content=content, sizes=list(map(len, content)))


class _WideSplitter:
    """Turns UTF-16 into lines of UTF-8; what can't be decoded becomes the byte FF."""

    def __init__(self, encoding: str) -> None:
        self.rest = ""
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")

    def split(self, block: bytes) -> Lines:
        """Return the lines that are whole after this block; an empty block ends the file."""
        content = list(io.StringIO(self.rest + self._decoder.decode(block), newline=""))
        keep_last = block and content and not content[-1].endswith("\n")
        self.rest = content.pop() if keep_last else ""
        lines = Lines(
            content=[_utf8(line) for line in content],
            sizes=[len(line.encode(self._encoding, "surrogatepass")) for line in content],
        )
        if not block:
            self._add_cut_off_character(lines)
        return lines

    def _add_cut_off_character(self, lines: Lines) -> None:
        cut_off = len(self._decoder.getstate()[0])
        if not cut_off:
            return
        if not lines.content or lines.content[-1].endswith((b"\n", b"\r")):
            lines.content.append(b"")
            lines.sizes.append(0)
        lines.content[-1] += b"\xff"
        lines.sizes[-1] += cut_off


def _utf8(line: str) -> bytes:
    try:
        return line.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\udcff", line).encode("utf-8", "surrogateescape")
