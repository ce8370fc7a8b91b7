"""Slices: rows in the binary form of PostgreSQL's COPY."""

from uuid import UUID

from services.ingest.reading.json_row import JsonRow
from services.ingest.reading.problem_code import ProblemCode
from services.ingest.row_slices import RowSlice, row_slices

CLIENT, UPLOAD = UUID(int=1), UUID(int=2)


def test_a_slice_is_the_tuples_of_its_rows() -> None:
    rows = [
        JsonRow(1, 2, b'["a"]', ()),
        JsonRow(2, 3, b'["b"]', (ProblemCode.NUL_BYTE, ProblemCode.TOO_FEW_CELLS)),
    ]
    ids = "0006 00000010" + "00" * 15 + "01" + "00000010" + "00" * 15 + "02"
    problems = "00000031 00000001 00000000 00000019 00000002 00000001"
    codes = b"\0\0\0\x08nul_byte\0\0\0\x0dtoo_few_cells"
    expected = (
        bytes.fromhex(ids + "00000004 00000001 00000004 00000002 00000006 01")
        + b'["a"]\xff\xff\xff\xff'
        + bytes.fromhex(ids + "00000004 00000002 00000004 00000003 00000006 01")
        + b'["b"]'
        + bytes.fromhex(problems)
        + codes
    )
    assert list(row_slices([rows], CLIENT, UPLOAD)) == [RowSlice(2, 1, expected)]


def test_no_row_is_no_slice() -> None:
    assert list(row_slices([[], []], CLIENT, UPLOAD)) == []
