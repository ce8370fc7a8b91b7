"""One record of a file."""

from typing import NamedTuple

from services.ingest.reading.problem_code import ProblemCode


class Record(NamedTuple):
    """One record: all its cells, its place in the file, and what is wrong with it.

    `record_no` counts from 1 behind the header, `line_no` is its first physical line, also from 1. The bytes
    from `byte_start` up to `byte_end` of the file, line end included, are its own: the header's and the records'
    ranges cover the file without gap or overlap. Cells are free of NUL (shown as U+2400) and of surrogates
    (what can't be decoded is U+FFFD), each flagged. A named tuple, since a frozen dataclass takes three times as
    long to make.
    """

    record_no: int
    line_no: int
    cells: list[str]
    problems: tuple[ProblemCode, ...]
    byte_start: int
    byte_end: int
