"""From a file to its header and its records, numbered and with their problems named."""

from collections.abc import Iterator
from functools import partial
from itertools import accumulate, chain, count, repeat
from typing import IO

import orjson

from services.ingest.reading.clean_block import CleanReader
from services.ingest.reading.dialect import Dialect
from services.ingest.reading.errors import CellTooLong, NoHeader, TooManyColumns, TooManyRecords
from services.ingest.reading.header import Header, check_header, header_index
from services.ingest.reading.json_row import JsonRow
from services.ingest.reading.limits import DEFAULT_LIMITS, ReadingLimits
from services.ingest.reading.parts import CleanPart, Part, read_parts, record_too_long
from services.ingest.reading.problem_code import ProblemCode
from services.ingest.reading.record import Record

_CLEAN: tuple[ProblemCode, ...] = ()
# Record._make without its Python frame.
_record = partial(tuple.__new__, Record)


def read_header(file: IO[bytes], dialect: Dialect, limits: ReadingLimits = DEFAULT_LIMITS) -> Header:
    """Return the header of a seekable file: its first line that is not blank."""
    return RecordReader(file, dialect, limits=limits).header


def read_records(file: IO[bytes], dialect: Dialect, limits: ReadingLimits = DEFAULT_LIMITS) -> Iterator[Record]:
    """Yield every record of a seekable file, damaged ones too; memory use does not grow with the file."""
    return chain.from_iterable(RecordReader(file, dialect, limits=limits))


class RecordReader:
    """Reads a seekable file from its start: `header` at once, then, once, lists of some hundred records or rows.

    Rows, for which `fast` must be given, are what is stored of the same records: no more is made of clean ones.

    Raises NoHeader, CellTooLong, RecordTooLong, TooManyColumns or TooManyRecords.
    """

    def __init__(
        self, file: IO[bytes], dialect: Dialect, limits: ReadingLimits = DEFAULT_LIMITS, *, fast: bool = False
    ) -> None:
        self._limits = limits
        self._clean: CleanReader | None = None
        self._parts = read_parts(file, dialect, limits=limits, clean=lambda: self._clean)
        self._first, self._header_index = self._find_header()
        self.header = check_header(_header(self._first, self._header_index), limits)
        self._width = len(self.header.cells)
        first_name = self.header.cells[0].strip("\ufeff ")
        self._header_starts = {first_name, f"\ufeff{first_name}", self.header.cells[0]}
        self._record_no = 1
        self._clean = CleanReader.fitting(dialect) if fast else None
        self._empty_row = orjson.dumps([""] * self._width)
        # A row that may repeat the header begins so, its bracket left out as what follows is.
        self._row_starts = tuple(orjson.dumps([start])[:-1] for start in self._header_starts)

    def __iter__(self) -> Iterator[list[Record]]:
        """Yield the records in lists, in order."""
        yield self._number(self._first, self._header_index + 1)
        for part in self._parts:
            assert isinstance(part, Part)  # noqa: S101 - clean ones come only to those that ask for rows
            yield self._number(part, 0)

    def rows(self) -> Iterator[list[JsonRow]]:
        """Yield the records in lists, in order, as they are stored."""
        yield list(map(JsonRow.of, self._number(self._first, self._header_index + 1)))
        for part in self._parts:
            yield (
                self._clean_rows(part) if isinstance(part, CleanPart) else list(map(JsonRow.of, self._number(part, 0)))
            )

    def _clean_rows(self, part: CleanPart) -> list[JsonRow]:
        block, first = part.block, self._record_no
        self._check_count(len(block.rows))
        self._record_no += len(block.rows)
        line_nos = list(accumulate(block.line_counts, initial=part.line_no))
        rows = list(map(JsonRow, range(first, self._record_no), line_nos, block.rows, repeat(_CLEAN)))
        width, empty, starts = self._width, self._empty_row, self._row_starts
        for index, (row, cells) in enumerate(zip(block.rows, block.widths, strict=True)):
            if cells != width or row == empty or row.startswith(starts):
                rows[index] = self._irregular_row(rows[index], part.lines[line_nos[index] - part.line_no])
        return rows

    def _irregular_row(self, row: JsonRow, line: bytes) -> JsonRow:
        cells = orjson.loads(row.cells) if line.strip(b"\r\n") else []
        problems = tuple(self._look_closer(cells))
        return row._replace(cells=orjson.dumps(cells), problems=problems)

    def _find_header(self) -> tuple[Part, int]:
        for part in self._parts:
            assert isinstance(part, Part)  # noqa: S101 - clean ones come behind the first
            index = header_index(part.split.rows)
            if index is not None:
                return part, index
        raise NoHeader("The file holds no line with column names; add a header row and upload the file again.")

    def _number(self, part: Part, first: int) -> list[Record]:
        rows = part.split.rows[first:]
        self._check_count(len(rows))
        ends = [part.split.ends[first - 1] if first else 0, *part.split.ends[first:]]
        offsets = [part.offsets[end] for end in ends]
        line_nos = [part.line_no + end for end in ends]
        numbers = count(self._record_no)
        # Clean records are made in one go; the few others are replaced.
        records = list(map(_record, zip(numbers, line_nos, rows, repeat(_CLEAN), offsets, offsets[1:], strict=False)))
        self._record_no += len(rows)
        damage = {index - first: problems for index, problems in part.split.damage.items() if index >= first}
        for index in sorted(self._irregular(records) | damage.keys()):
            self._check_size(records[index])
            problems = (*damage.get(index, _CLEAN), *self._look_closer(rows[index]))
            records[index] = records[index]._replace(problems=problems)
        return records

    def _irregular(self, records: list[Record]) -> set[int]:
        width, header_starts, max_bytes = self._width, self._header_starts, self._limits.max_cell_chars
        return {
            index
            for index, (_, _, row, _, start, stop) in enumerate(records)
            if len(row) != width or row[0] in header_starts or not any(row) or stop - start > max_bytes
        }

    def _check_count(self, more: int) -> None:
        if self._record_no - 1 + more > self._limits.max_records:
            raise TooManyRecords(
                f"The file has more than {self._limits.max_records:,} records; split it and upload the parts.",
                limit=self._limits.max_records,
            )

    def _look_closer(self, row: list[str]) -> Iterator[ProblemCode]:
        if not row:
            yield ProblemCode.BLANK_LINE
            # In a file of one column a blank line is also how an empty cell is written.
            row.extend([""] * (self._width == 1))
            return
        if len(row) < self._width:
            yield ProblemCode.TOO_FEW_CELLS
        if len(row) > self._width:
            yield ProblemCode.TOO_MANY_CELLS
        if not any(row):
            yield ProblemCode.EMPTY_RECORD
        if self.header.is_repeated_by(row):
            yield ProblemCode.REPEATED_HEADER

    def _check_size(self, record: Record) -> None:
        limits, line_no, width = self._limits, record.line_no, len(record.cells)
        if record.byte_end - record.byte_start > limits.max_record_bytes:
            raise record_too_long(line_no, limits)
        if width > limits.max_columns:
            raise TooManyColumns(
                f"The record in line {line_no:,} has {width:,} cells, the limit is {limits.max_columns:,}; "
                "check the delimiter, or correct that line.",
                line_no=line_no,
                limit=limits.max_columns,
            )
        if max(map(len, record.cells), default=0) > limits.max_cell_chars:
            raise CellTooLong(
                f"The record in line {line_no:,} has a cell of more than {limits.max_cell_chars:,} characters; "
                "shorten it, or look for a missing closing quote.",
                line_no=line_no,
                limit=limits.max_cell_chars,
            )


def _header(part: Part, index: int) -> Header:
    ends = part.split.ends
    return Header(
        cells=tuple(part.split.rows[index]),
        line_no=part.line_no + (ends[index - 1] if index else 0),
        byte_end=part.offsets[ends[index]],
        problems=(
            *part.split.damage.get(index, ()),
            *((ProblemCode.PREAMBLE,) if any(map(any, part.split.rows[:index])) else ()),
        ),
    )
