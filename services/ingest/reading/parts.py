"""A file part by part: some hundred records, with the place of each of their lines in the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import IO

from services.ingest.reading.clean_block import CleanBlock, CleanReader
from services.ingest.reading.dialect import Dialect
from services.ingest.reading.errors import RecordTooLong
from services.ingest.reading.limits import ReadingLimits
from services.ingest.reading.line_parser import LineParser
from services.ingest.reading.physical_lines import LineReader, Lines
from services.ingest.reading.record_splitter import RecordSplitter, Split

# Small enough for the cells of two blocks to stay in the processor's cache.
_BLOCK_BYTES = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """A run of records; `line_no` is its first line's, `offsets` are the bytes where lines begin, and the end."""

    split: Split
    line_no: int
    offsets: list[int]


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanPart:
    """A run of well-formed records that came out of these lines; `line_no` is the first one's."""

    block: CleanBlock
    lines: list[bytes]
    line_no: int


def read_parts(
    file: IO[bytes], dialect: Dialect, *, limits: ReadingLimits, clean: Callable[[], CleanReader | None] = lambda: None
) -> Iterator[Part | CleanPart]:
    """Yield the file's records in order, the header among them; memory use does not grow with the file.

    While `clean` returns a reader, parts may be clean ones.
    """
    reader = LineReader(file, dialect, limits=limits)
    lines = reader.read(_BLOCK_BYTES)
    line_no, offset = 1, dialect.bom_bytes
    if dialect.sep_line and lines.content:
        line_no, offset, lines = 2, offset + lines.sizes[0], lines.after(1)
    splitter = RecordSplitter(LineParser(dialect), limits, line_no=line_no)
    while lines.content or not reader.at_end:
        block = _clean_block(clean(), lines, limits=limits)
        if block is not None:
            taken = sum(block.line_counts)
            yield CleanPart(block=block, lines=lines.content, line_no=line_no)
            line_no, offset = line_no + taken, offset + sum(lines.sizes[:taken])
            splitter.skip(taken)
            lines = _more(reader, lines.after(taken), limits=limits, line_no=line_no)
            continue
        split = splitter.split(lines.content, at_end=reader.at_end)
        taken = split.line_count
        if taken:
            offsets = list(accumulate(lines.sizes[:taken], initial=offset))
            yield Part(split=split, line_no=line_no, offsets=offsets)
            line_no, offset = line_no + taken, offsets[-1]
        lines = _more(reader, lines.after(taken), limits=limits, line_no=line_no)


def _clean_block(clean: CleanReader | None, lines: Lines, *, limits: ReadingLimits) -> CleanBlock | None:
    """Return the lines' whole records if they are clean and none can be past a limit of size."""
    block = clean.read(b"".join(lines.content)) if clean else None
    if block is None or not block.rows:
        return None
    fits = max(map(len, block.rows)) <= limits.max_cell_chars and max(block.widths) <= limits.max_columns
    return block if fits else None


def _more(reader: LineReader, left_over: Lines, *, limits: ReadingLimits, line_no: int) -> Lines:
    size = sum(left_over.sizes)
    if size > limits.max_record_bytes:
        raise record_too_long(line_no, limits)
    # A record that goes on is read again with what follows; growing steps keep that linear.
    return left_over.followed_by(reader.read(max(_BLOCK_BYTES, size)))


def record_too_long(line_no: int, limits: ReadingLimits) -> RecordTooLong:
    """Return the error for a record that begins in this line and is past the limit of bytes."""
    return RecordTooLong(
        f"The record that begins in line {line_no:,} has more than {limits.max_record_bytes:,} bytes; "
        "a closing quote is probably missing there. Correct it and upload the file again.",
        line_no=line_no,
        limit=limits.max_record_bytes,
    )
