r"""Well-formed lines as JSON, a block at a time: what a strict CSV reader and a JSON writer would make of them.

No cell becomes a Python object: a handful of passes over the block's bytes turn delimiters, line ends and quotes into
those of JSON. Bytes that a plain block does not hold stand for what must survive a pass.
"""

import re
from dataclasses import dataclass
from itertools import repeat

from services.ingest.reading.dialect import Dialect

_DOUBLED_QUOTE, _QUOTED_CELL, _LINE_BREAK, _COMMA = b"\x01", b"\x02", b"\x03", b"\x04"
# Of what JSON wants escaped, tabs and line ends are usual; the rest is left to the careful reader.
_CONTROLS = bytes({*range(32)} - set(b"\t\n\r"))
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class CleanBlock:
    """Records in order: each as a JSON array of its cells, how many these are, how many lines they take."""

    rows: list[bytes]
    widths: list[int]
    line_counts: list[int]


class CleanReader:
    """Reads blocks of UTF-8 with double quotes, or refuses them."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter.encode()
        beside = rb"[^%b\n]" % re.escape(self._delimiter)
        self._empty_cell = re.compile(rb"(?<!%b)%b(?!%b)" % (beside, _DOUBLED_QUOTE, beside))

    @classmethod
    def fitting(cls, dialect: Dialect) -> "CleanReader | None":
        """Return a reader for files written so, None if they must be read with care."""
        fits = (
            dialect.encoding == "utf-8"
            and dialect.delimiter in _DELIMITERS
            and dialect.quote_char == '"'
            and not dialect.skip_initial_space
        )
        return cls(dialect.delimiter) if fits else None

    def read(self, text: bytes) -> CleanBlock | None:
        """Return the whole records of whole lines, which begin with a record.

        None unless every one of them is as a strict reader wants it; a last one whose quote is open is left out.
        """
        if len(text.translate(None, _CONTROLS)) != len(text) or not _is_utf8(text):
            return None
        if text and not text.endswith(b"\n"):
            text += b"\n"
        pieces = text.replace(b"\\", b"\\\\").replace(b'""', _DOUBLED_QUOTE).split(b'"')
        if len(pieces) % 2 == 0:
            pieces.pop()
        outside = self._outside(pieces)
        inside = _inside(_QUOTED_CELL.join(pieces[1::2]))
        if outside is None or inside is None:
            return None
        return _rows(_woven(outside, inside))

    def _outside(self, pieces: list[bytes]) -> bytes | None:
        """Return as JSON what is outside of quotes, a mark for each quoted cell; None if a quote stands oddly."""
        outside = _QUOTED_CELL.join(pieces[::2]).replace(b"\r\n", b"\n")
        if _DOUBLED_QUOTE in outside:
            _move_first_quotes_inside(pieces)
            outside = _QUOTED_CELL.join(pieces[::2]).replace(b"\r\n", b"\n")
            outside = self._empty_cell.sub(b"", outside)
        if b"\r" in outside or _DOUBLED_QUOTE in outside or not self._is_quoted_whole(outside):
            return None
        if self._delimiter != b"\t":
            outside = outside.replace(b"\t", b"\\t")
        return outside.replace(self._delimiter, b'"%b"' % _COMMA).replace(b"\n", b'"]\n["')

    def _is_quoted_whole(self, outside: bytes) -> bool:
        """Tell whether each quoted cell has a delimiter or a line end at either side."""
        cells, count = outside.count(_QUOTED_CELL), outside.count
        before = count(self._delimiter + _QUOTED_CELL) + count(b"\n" + _QUOTED_CELL)
        behind = count(_QUOTED_CELL + self._delimiter) + count(_QUOTED_CELL + b"\n")
        return cells == behind and cells == before + outside.startswith(_QUOTED_CELL)


def _is_utf8(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _move_first_quotes_inside(pieces: list[bytes]) -> None:
    """Mend the pieces of cells that begin with quotes: of three, the first opens the cell."""
    for index in range(0, len(pieces) - 1, 2):
        if pieces[index].endswith(_DOUBLED_QUOTE):
            left = pieces[index].rstrip(_DOUBLED_QUOTE)
            pieces[index + 1] = pieces[index][len(left) :] + pieces[index + 1]
            pieces[index] = left


def _inside(text: bytes) -> bytes | None:
    """Return as JSON what is inside of quotes; None for a carriage return alone, which ends a line."""
    if b"\r" in text:
        text = text.replace(b"\r\n", b"\\r\n")
        if b"\r" in text:
            return None
    return text.replace(b"\n", _LINE_BREAK).replace(b"\t", b"\\t").replace(_DOUBLED_QUOTE, b'\\"')


def _woven(outside: bytes, inside: bytes) -> bytes:
    between = outside.split(_QUOTED_CELL)
    if len(between) == 1:
        return b'["' + outside
    woven = [b""] * (2 * len(between) - 1)
    woven[::2], woven[1::2] = between, inside.split(_QUOTED_CELL)
    return b'["' + b"".join(woven)


def _rows(text: bytes) -> CleanBlock:
    """Split into rows; behind the last line end stands nothing, or a record that goes on."""
    rows = text.split(b"\n")[:-1]
    widths = [row.count(_COMMA) + 1 for row in rows]
    line_counts = list(repeat(1, len(rows)))
    if _LINE_BREAK in text:
        line_counts = [row.count(_LINE_BREAK) + 1 for row in rows]
        text = text.replace(_LINE_BREAK, b"\\n")
    return CleanBlock(text.replace(_COMMA, b",").split(b"\n")[:-1], widths, line_counts)
