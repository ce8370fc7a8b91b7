"""Records as the database takes them: some hundred rows at a time, as one JSON array."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import orjson

from services.ingest.reading.record import Record

_SLICE_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSlice:
    """Consecutive rows: `json` is an array of `[line_no, cells]`, or `[line_no, cells, problems]` where any are."""

    first_row_no: int
    rows: int
    flagged: int
    json: bytes


def row_slices(blocks: Iterable[list[Record]]) -> Iterator[RowSlice]:
    """Gather records into slices of some hundred rows; a block of big records is a slice by itself."""
    gathered: list[Record] = []
    for block in blocks:
        gathered += block
        if len(gathered) >= _SLICE_ROWS or len(block) < _SLICE_ROWS // 10:
            yield from _slice(gathered)
            gathered = []
    yield from _slice(gathered)


def _slice(records: list[Record]) -> Iterator[RowSlice]:
    if records:
        rows = [
            (record.line_no, record.cells, record.problems) if record.problems else (record.line_no, record.cells)
            for record in records
        ]
        yield RowSlice(
            first_row_no=records[0].record_no,
            rows=len(rows),
            flagged=sum(len(row) > 2 for row in rows),
            json=orjson.dumps(rows),
        )
