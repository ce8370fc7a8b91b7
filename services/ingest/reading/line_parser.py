"""The csv module set up for a dialect, over lines that are still bytes."""

import csv
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from services.ingest.reading.dialect import Dialect
from services.ingest.reading.physical_lines import line_codec

if TYPE_CHECKING:
    from _csv import Reader

# One limit serves the whole process, and the csv module's default is too low; our own is checked apart.
_NO_FIELD_LIMIT = 2**31 - 1


class LineParser:
    """Decodes lines and reads cells from them; `quote_char` and `quote` are empty if nothing is quoted."""

    def __init__(self, dialect: Dialect) -> None:
        csv.field_size_limit(_NO_FIELD_LIMIT)
        codec = line_codec(dialect)
        self.decode: Callable[[bytes], str] = bytes.decode if codec == "utf-8" else partial(str, encoding=codec)
        self._decode_what_is_valid = partial(str, encoding=codec, errors="replace")
        self.quote_char = dialect.quote_char or ""
        self.quote = self.quote_char.encode("ascii")
        self._reader = partial(
            csv.reader,
            delimiter=dialect.delimiter,
            quotechar=dialect.quote_char,
            quoting=csv.QUOTE_MINIMAL if dialect.quote_char else csv.QUOTE_NONE,
            skipinitialspace=dialect.skip_initial_space,
        )
        spaced, delimiter = dialect.skip_initial_space, dialect.delimiter.encode("ascii")
        self._stray = _StrayQuote(delimiter, self.quote, skips_space=spaced) if self.quote else None

    def strict(self, lines: list[bytes], start: int) -> "Reader":
        """Return a reader of the lines from `start` that raises csv.Error or UnicodeDecodeError on damage."""
        return self._reader(map(self.decode, map(lines.__getitem__, range(start, len(lines)))), strict=True)

    def lenient(self, texts: Iterable[str]) -> "Reader":
        """Return a reader that makes the best of damage, as `csv.reader` does by default."""
        return self._reader(texts)

    def decode_lossy(self, line: bytes) -> tuple[str, bool]:
        """Return the line with U+FFFD for what is not valid, and whether all of it is valid."""
        try:
            return self.decode(line), True
        except UnicodeDecodeError:
            return self._decode_what_is_valid(line), False

    def may_hold_quotes(self, lines: Iterable[bytes]) -> bool:
        """Tell whether any line has the byte of the quote."""
        return any(self.quote in line for line in lines) if self.quote else False

    def has_stray_quote(self, record: bytes) -> bool:
        """Tell whether one whole record has a quote inside a cell that is not doubled.

        The csv module reads over most of these in silence.
        """
        return self._stray is not None and self._stray.is_in(record)


class _StrayQuote:
    def __init__(self, delimiter: bytes, quote: bytes, *, skips_space: bool) -> None:
        self._quote = quote
        self._spaced = re.compile(rb"(^|[%b\r\n]) +(?=%b)" % (re.escape(delimiter), quote)) if skips_space else None
        beside = rb"[^%b\r\n%b]" % (re.escape(delimiter), quote)
        # The quote comes first in the pattern, for the search to leap from one to the next.
        self._loose = re.compile(rb"%b(?:%b|(?<=%b%b))" % (quote, beside, beside, quote))

    def is_in(self, record: bytes) -> bool:
        if self._spaced is not None:
            record = self._spaced.sub(rb"\1", record)
        pieces = record.split(self._quote)
        # Every second piece is inside quotes. Without these, each quote must have a delimiter, a line end
        # or another quote (of a doubled pair) on both sides.
        return len(pieces) % 2 == 0 or self._loose.search(self._quote.join(pieces[::2])) is not None
