"""Rows as the database's COPY takes them: the binary form, some hundred rows at a time."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from services.ingest.reading.json_row import JsonRow
from services.ingest.reading.problem_code import ProblemCode

COLUMNS = ("client_id", "upload_id", "row_no", "line_no", "cells", "problems")
BEGIN = b"PGCOPY\n\xff\r\n\0" + bytes(8)
END = struct.pack(">h", -1)

_TEXT_OID = 25
_NULL = struct.pack(">i", -1)
_JSONB_VERSION = b"\x01"


@dataclass(frozen=True, slots=True)
class RowSlice:
    """Consecutive rows: how many, how many of them have a problem, and their tuples in COPY's binary form."""

    rows: int
    flagged: int
    binary: bytes


def row_slices(blocks: Iterable[list[JsonRow]], client_id: UUID, upload_id: UUID) -> Iterator[RowSlice]:
    """Make a slice of each block."""
    ids = struct.pack(">h i16s i16s", len(COLUMNS), 16, client_id.bytes, 16, upload_id.bytes)
    # Before the cells: row number, line number, and the length of the cells with the version of the form.
    numbers = struct.Struct(">iiiiic").pack
    for rows in blocks:
        if rows:
            pieces: list[bytes] = []
            flagged = 0
            for row_no, line_no, cells, problems in rows:
                flagged += bool(problems)
                head = ids + numbers(4, row_no, 4, line_no, len(cells) + 1, _JSONB_VERSION)
                pieces += (head, cells, _problems(problems) if problems else _NULL)
            yield RowSlice(len(rows), flagged, b"".join(pieces))


def _problems(problems: Iterable[ProblemCode]) -> bytes:
    """Return a text[] of one dimension in the binary form."""
    codes = [code.encode() for code in problems]
    array = struct.pack(">iiiii", 1, 0, _TEXT_OID, len(codes), 1)
    array += b"".join(struct.pack(">i", len(code)) + code for code in codes)
    return struct.pack(">i", len(array)) + array
