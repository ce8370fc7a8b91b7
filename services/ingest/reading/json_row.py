"""One record as it is stored."""

from typing import NamedTuple, Self

import orjson

from services.ingest.reading.problem_code import ProblemCode
from services.ingest.reading.record import Record


class JsonRow(NamedTuple):
    """A record's number, its first line, its cells as a JSON array of strings, and what is wrong with it."""

    row_no: int
    line_no: int
    cells: bytes
    problems: tuple[ProblemCode, ...]

    @classmethod
    def of(cls, record: Record) -> Self:
        """Return what is stored of a record."""
        return cls(record.record_no, record.line_no, orjson.dumps(record.cells), record.problems)
