"""Slices: all records, in order, never too many at once."""

import orjson

from services.ingest.reading.problem_code import ProblemCode
from services.ingest.reading.record import Record
from services.ingest.row_slices import RowSlice, row_slices


def record(number: int, *problems: ProblemCode) -> Record:
    return Record(number, number + 1, [f"cell {number}", "é"], problems, 0, 0)


def test_a_slice_holds_line_cells_and_problems_as_json() -> None:
    (rows,) = row_slices([[record(1), record(2, ProblemCode.NUL_BYTE, ProblemCode.TOO_FEW_CELLS)]])
    assert rows == RowSlice(first_row_no=1, rows=2, flagged=1, json=rows.json)
    assert orjson.loads(rows.json) == [[2, ["cell 1", "é"]], [3, ["cell 2", "é"], ["nul_byte", "too_few_cells"]]]


def test_every_record_is_in_one_slice_and_in_order() -> None:
    blocks = [[record(number) for number in range(first, first + 150)] for first in range(1, 1500, 150)]
    slices = list(row_slices(blocks))
    assert [rows.first_row_no for rows in slices] == [1, 301, 601, 901, 1201]
    assert [line for rows in slices for line, _ in orjson.loads(rows.json)] == list(range(2, 1502))


def test_blocks_of_few_big_records_are_not_gathered() -> None:
    assert [rows.rows for rows in row_slices([[record(1)], [record(2)], [], [record(3)]])] == [1, 1, 1]


def test_no_record_is_no_slice() -> None:
    assert list(row_slices([[], []])) == []
