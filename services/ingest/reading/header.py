"""The header of a file: the names of its columns."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from services.ingest.reading.errors import NoHeader, TooManyColumns
from services.ingest.reading.limits import ReadingLimits
from services.ingest.reading.problem_code import ProblemCode

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
