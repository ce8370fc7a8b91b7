"""Lines into records: at the csv module's own speed while they are clean, with a closer look where not."""

import csv
from contextlib import suppress
from dataclasses import dataclass, field

from services.ingest.reading.damaged_record import DamagedRecord, read_damaged_record, shorten_damaged_record
from services.ingest.reading.errors import CellTooLong
from services.ingest.reading.limits import ReadingLimits
from services.ingest.reading.line_parser import LineParser
from services.ingest.reading.problem_code import ProblemCode

NUL_PICTURE = "\u2400"


@dataclass(kw_only=True, slots=True)
class Split:
    """Records in order: cells, the number of lines up to each one's end, and what is wrong with which."""

    rows: list[list[str]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    damage: dict[int, tuple[ProblemCode, ...]] = field(default_factory=dict)

    @property
    def line_count(self) -> int:
        """The lines that the records take."""
        return self.ends[-1] if self.ends else 0


class RecordSplitter:
    """Splits the lines of one file, block after block, into records; `line_no` is that of the first line."""

    def __init__(self, parser: LineParser, limits: ReadingLimits, *, line_no: int) -> None:
        self._parser = parser
        self._line_no = line_no
        self._width = 0
        self._max_cell_chars = limits.max_cell_chars

    def split(self, lines: list[bytes], *, at_end: bool) -> Split:
        """Return the whole records of the lines; the lines behind them begin a record that goes on.

        With `at_end` no line is left over. Raises CellTooLong where a quote stays open for too long.
        """
        split = Split()
        self._read_clean(lines, split)
        while split.line_count < len(lines) and self._read_damaged(lines, split, at_end=at_end):
            self._read_clean(lines, split)
        self._learn_width(split)
        self._inspect(lines, split)
        self._line_no += split.line_count
        return split

    def skip(self, line_count: int) -> None:
        """Go on behind so many more lines, which were read otherwise."""
        self._line_no += line_count

    def _read_clean(self, lines: list[bytes], split: Split) -> None:
        start = split.line_count
        reader = self._parser.strict(lines, start)
        with suppress(csv.Error, UnicodeDecodeError):
            for row in reader:
                split.rows.append(row)
                split.ends.append(start + reader.line_num)

    def _read_damaged(self, lines: list[bytes], split: Split, *, at_end: bool) -> bool:
        """Append the damaged record that comes next; False if its end is not among the lines yet."""
        record = read_damaged_record(self._parser, lines, start=split.line_count, stop=len(lines))
        is_too_long = record.is_open and len(record.cells[-1]) > self._max_cell_chars
        if record.is_open and not at_end and not is_too_long:
            return False
        self._learn_width(split)
        if record.may_have_swallowed_others:
            record = shorten_damaged_record(record, lines, parser=self._parser, width=self._width)
        if is_too_long and record.end == len(lines):
            raise self._too_long(record)
        split.damage[len(split.rows)] = record.problems
        split.rows.append(record.cells)
        split.ends.append(record.end)
        return True

    def _learn_width(self, split: Split) -> None:
        if not self._width:
            self._width = next((len(row) for row in split.rows if row), 0)

    def _too_long(self, record: DamagedRecord) -> CellTooLong:
        line_no = self._line_no + record.start
        return CellTooLong(
            f"In the record that begins in line {line_no:,} a cell has more than {self._max_cell_chars:,} "
            "characters; its closing quote is probably missing. Correct that line and upload the file again.",
            line_no=line_no,
            limit=self._max_cell_chars,
        )

    def _inspect(self, lines: list[bytes], split: Split) -> None:
        """Find what the csv module lets through: NUL, and quotes inside of cells that aren't quoted."""
        quote = self._parser.quote_char
        has_nul = any(b"\0" in line for line in lines)
        if not has_nul and not self._parser.may_hold_quotes(lines):
            return
        starts = [0, *split.ends]
        for index, text in enumerate(map("".join, split.rows)):
            if quote and quote in text and index not in split.damage:
                record = b"".join(lines[starts[index] : starts[index + 1]])
                if self._parser.has_stray_quote(record):
                    split.damage[index] = (ProblemCode.STRAY_QUOTE,)
            if has_nul and "\0" in text:
                split.damage[index] = (*split.damage.get(index, ()), ProblemCode.NUL_BYTE)
                split.rows[index] = [cell.replace("\0", NUL_PICTURE) for cell in split.rows[index]]
