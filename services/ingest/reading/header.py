"""The header of a file: the names of its columns."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.ingest.reading.errors import NoHeader, TooManyColumns
from services.ingest.reading.limits import ReadingLimits
from services.ingest.reading.problem_code import ProblemCode

_PREAMBLE_ROWS = 20
# Has a letter, and nothing that a table read with the wrong delimiter would leave in it.
_NAME = re.compile(r'[^",;\t|\r\n]*[^\W\d_][^",;\t|\r\n]*')
_DATA = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """The column names in order, empty and repeated ones included, and the part of the file they take.

    `line_no` is the line of the names. The bytes from 0 up to `byte_end` also hold the byte order mark, a
    `sep=` line and blank lines before the names.
    """

    cells: tuple[str, ...]
    line_no: int
    byte_end: int
    problems: tuple[ProblemCode, ...] = ()

    @property
    def byte_start(self) -> int:
        """Where the header begins: with the file."""
        return 0

    @property
    def empty_columns(self) -> tuple[int, ...]:
        """The columns without a name, counted from 0."""
        return tuple(index for index, name in enumerate(self.cells) if not name.strip())

    @property
    def duplicate_columns(self) -> tuple[int, ...]:
        """The columns, counted from 0, whose name an earlier column has."""
        first: dict[str, int] = {}
        names = [name.strip().casefold() for name in self.cells]
        return tuple(index for index, name in enumerate(names) if name and first.setdefault(name, index) != index)

    def is_repeated_by(self, cells: Iterable[str]) -> bool:
        """Tell whether most column names stand in these cells, as where two exports were joined."""
        names = {name.strip() for name in self.cells} - {""}
        found = names.intersection(cell.strip("\ufeff ") for cell in cells)
        return 2 * len(found) > len(names)


def header_index(rows: Sequence[Sequence[str]]) -> int | None:
    """Return which row holds the column names: the first that is not blank, or the first below a preamble.

    A preamble is a title or the like: rows of one or two cells, then one of more than twice as many that look like
    names, with a row of the same width below.
    """
    first = next((index for index, row in enumerate(rows) if row), None)
    if first is None:
        return None
    for index in range(first, min(first + _PREAMBLE_ROWS, len(rows))):
        filled = sum(map(bool, map(str.strip, rows[index])))
        if filled > 2:
            is_below = filled > 2 * _most_filled(rows[first:index]) and _are_names(rows[index])
            below = next((row for row in rows[index + 1 :] if row), rows[index])
            return index if is_below and len(below) == len(rows[index]) else first
    return first


def _most_filled(rows: Sequence[Sequence[str]]) -> int:
    return max((sum(map(bool, map(str.strip, row))) for row in rows), default=0)


def _are_names(row: Sequence[str]) -> bool:
    names = [name.strip() for name in row if name.strip()]
    return len(set(names)) == len(names) and all(_NAME.fullmatch(name) and not _DATA.fullmatch(name) for name in names)


def check_header(header: Header, limits: ReadingLimits) -> Header:
    """Return the header with its problems named, or raise NoHeader or TooManyColumns."""
    if len(header.cells) > limits.max_columns:
        raise TooManyColumns(
            f"The header has {len(header.cells):,} columns, the limit is {limits.max_columns:,}; "
            "check the delimiter, or remove columns.",
            limit=limits.max_columns,
        )
    if len(header.empty_columns) == len(header.cells):
        raise NoHeader(f"Line {header.line_no:,} should hold the column names but is empty; add a header row.")
    data = next((name for name in header.cells if _DATA.fullmatch(name.strip())), None)
    if data is not None:
        raise NoHeader(
            f"Line {header.line_no:,} should hold the column names but looks like data ({data[:80]!r}); "
            "add a header row and upload the file again.",
        )
    found = {
        ProblemCode.EMPTY_COLUMN_NAME: header.empty_columns,
        ProblemCode.DUPLICATE_COLUMN_NAME: header.duplicate_columns,
    }
    return replace(header, problems=(*header.problems, *(code for code, columns in found.items() if columns)))
