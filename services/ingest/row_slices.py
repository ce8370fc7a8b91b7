"""Records as the database takes them: some hundred rows at a time, each one's cells as JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import orjson

from services.ingest.reading.record import Record

_SLICE_BYTES = 1024 * 1024


@dataclass(slots=True)
class RowSlice:
    """Consecutive rows; `problems` are codes parted by spaces, None where there are none."""

    first_row_no: int
    line_nos: list[int] = field(default_factory=list)
    cells: list[bytes] = field(default_factory=list)
    problems: list[str | None] = field(default_factory=list)
    flagged: int = 0


def row_slices(blocks: Iterable[list[Record]]) -> Iterator[RowSlice]:
    """Gather records into slices of about a megabyte, whatever the size of a row."""
    rows, size = RowSlice(1), 0
    for block in blocks:
        for record in block:
            cells = orjson.dumps(record.cells)
            size += len(cells)
            rows.line_nos.append(record.line_no)
            rows.cells.append(cells)
            rows.problems.append(" ".join(record.problems) if record.problems else None)
            rows.flagged += bool(record.problems)
            if size >= _SLICE_BYTES:
                yield rows
                rows, size = RowSlice(record.record_no + 1), 0
    if rows.cells:
        yield rows
