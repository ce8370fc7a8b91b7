"""One damaged record, and the line where the next one begins."""

from collections.abc import Iterator
from dataclasses import dataclass

from services.ingest.reading.line_parser import LineParser
from services.ingest.reading.problem_code import ProblemCode


@dataclass(frozen=True, kw_only=True, slots=True)
class DamagedRecord:
    """What can be made of the lines from `start` up to `end`; `is_open` if a quote is still open there."""

    cells: list[str]
    start: int
    end: int
    is_open: bool
    problems: tuple[ProblemCode, ...]

    @property
    def may_have_swallowed_others(self) -> bool:
        """Whether a quote in the wrong place may have drawn the next records' lines into this one."""
        misquoted = self.is_open or ProblemCode.STRAY_QUOTE in self.problems
        return misquoted and self.end - self.start > 1


def read_damaged_record(parser: LineParser, lines: list[bytes], *, start: int, stop: int) -> DamagedRecord:
    """Read one record from the lines `start` up to at most `stop`, as the csv module does when not strict."""
    feed = _Feed(parser, map(lines.__getitem__, range(start, stop)))
    reader = parser.lenient(feed)
    cells = next(reader)
    end = start + reader.line_num
    closed = b"".join(lines[start:end]) + (parser.quote if feed.is_exhausted else b"")
    found = {
        ProblemCode.INVALID_ENCODING: not feed.is_valid,
        ProblemCode.UNTERMINATED_QUOTE: feed.is_exhausted,
        ProblemCode.STRAY_QUOTE: parser.has_stray_quote(closed),
    }
    return DamagedRecord(
        cells=cells,
        start=start,
        end=end,
        is_open=feed.is_exhausted,
        problems=tuple(code for code, is_there in found.items() if is_there),
    )


def shorten_damaged_record(
    record: DamagedRecord, lines: list[bytes], *, parser: LineParser, width: int
) -> DamagedRecord:
    """End a record before the first of its further lines that is a clean record of `width` cells by itself.

    One quote too many or too few would otherwise turn all rows up to the next quote into one cell. With a
    single column every line would do, so there the record is left as it is.
    """
    if width < 2:
        return record
    for index in range(record.start + 1, record.end):
        if _is_clean_record(parser, lines[index], width=width):
            return read_damaged_record(parser, lines, start=record.start, stop=index)
    return record


def _is_clean_record(parser: LineParser, line: bytes, *, width: int) -> bool:
    text, is_valid = parser.decode_lossy(line)
    return is_valid and not parser.has_stray_quote(line) and len(next(parser.lenient([text]))) == width


class _Feed(Iterator[str]):
    """Hands out decoded lines; the csv module asks past the last one only while a quote is open."""

    def __init__(self, parser: LineParser, lines: Iterator[bytes]) -> None:
        self.is_valid = True
        self.is_exhausted = False
        self._parser = parser
        self._lines = lines

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            self.is_exhausted = True
            raise StopIteration
        text, is_valid = self._parser.decode_lossy(line)
        self.is_valid = self.is_valid and is_valid
        return text
