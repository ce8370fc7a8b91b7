"""Reads bytes as an uploaded CSV file and checks, every time, that each of them is accounted for."""

import io
from itertools import pairwise

from services.ingest.reading.dialect import FIND_ALL, Dialect, DialectChoice, detect_dialect
from services.ingest.reading.header import Header
from services.ingest.reading.limits import DEFAULT_LIMITS, ReadingLimits
from services.ingest.reading.record import Record
from services.ingest.reading.records import RecordReader


def read_csv(
    data: bytes,
    *,
    choice: DialectChoice = FIND_ALL,
    dialect: Dialect | None = None,
    limits: ReadingLimits = DEFAULT_LIMITS,
) -> tuple[Header, list[Record]]:
    """Return header and records of a file with these bytes."""
    file = io.BytesIO(data)
    reader = RecordReader(file, dialect or detect_dialect(file, choice), limits=limits)
    records = [record for block in reader for record in block]
    assert_covered(data, reader.header, records)
    return reader.header, records


def assert_covered(data: bytes, header: Header, records: list[Record]) -> None:
    """Check that header and records take all bytes once, in order, and that records are numbered."""
    starts = [header.byte_start, *(record.byte_start for record in records)]
    ends = [header.byte_end, *(record.byte_end for record in records)]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] == len(data)
    assert all(start < end for start, end in zip(starts, ends, strict=True))
    assert [record.record_no for record in records] == list(range(1, len(records) + 1))
    assert all(first.line_no < second.line_no for first, second in pairwise(records))
    assert not any("\0" in cell or _has_surrogate(cell) for r in records for cell in r.cells)


def _has_surrogate(cell: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in cell)
