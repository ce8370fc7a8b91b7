"""Clean blocks are read as a careful reader reads them, or not at all."""

import csv
import io

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.ingest.reading.clean_block import CleanBlock, CleanReader
from services.ingest.reading.dialect import Dialect
from services.ingest.reading.limits import DEFAULT_LIMITS, ReadingLimits
from services.ingest.reading.records import RecordReader
from tests.reading_csv import read_csv

TEXTS = st.text(st.sampled_from('ab,;"\n\r\t\\\x01 é'), max_size=40)
CELLS = st.text(st.sampled_from('ab,;"\n\t\\ é'), max_size=8)
FILLER = "".join(f'{number},"filler, ""{number}""",\r\n' for number in range(4000))


def read(text: str, delimiter: str = ",") -> CleanBlock | None:
    reader = CleanReader.fitting(Dialect(encoding="utf-8", delimiter=delimiter))
    assert reader is not None
    return reader.read(text.encode())


@pytest.mark.parametrize(
    ("text", "rows", "line_counts"),
    [
        ('a,"b, c",\r\n"",x,"y\r\nz"\r\n', [["a", "b, c", ""], ["", "x", "y\r\nz"]], [1, 2]),
        ('"""a"" b","c""","""",\n', [['"a" b', 'c"', '"', ""]], [1]),
        ('a,"open\nb', [], []),
        ('a\n"open\nb', [["a"]], [1]),
        ("a\\,\tb\n\nc", [["a\\", "\tb"], [""], ["c"]], [1, 1, 1]),
        ("", [], []),
    ],
)
def test_well_formed_records_become_json(text: str, rows: list[list[str]], line_counts: list[int]) -> None:
    block = read(text)
    if text == '"""a"" b","c""","""",\n':
        # A cell that is nothing but quotes is rare enough to be left to the careful reader.
        assert block is None
        return
    assert block is not None
    assert [orjson.loads(row) for row in block.rows] == rows
    assert (block.line_counts, block.widths) == (line_counts, [len(row) for row in rows])


@pytest.mark.parametrize("text", ['a"b"c\n', '"a"b\n', ' "a"\n', '"a" ,b\n', "a\rb\n", "a\0b\n", '"a\rb"\n'])
def test_what_is_not_well_formed_is_left_to_the_careful_reader(text: str) -> None:
    assert read(text) is None


def test_bytes_that_are_not_utf_8_are_left_to_the_careful_reader() -> None:
    assert CleanReader(",").read(b"caf\xe9\n") is None


@given(text=TEXTS)
@settings(max_examples=1500, deadline=None)
@example('"",""\n').via("empty cells")
@example('a,""",\n"",""""\n').via("runs of quotes")
def test_what_is_read_is_what_the_careful_reader_reads(text: str) -> None:
    block = read(text)
    if block is None:
        return
    lines = text.encode().splitlines(keepends=True)[: sum(block.line_counts)]
    _, records = read_csv(b"h1,h2\n" + b"".join(lines), dialect=Dialect(encoding="utf-8"))
    assert [orjson.loads(row) for row in block.rows] == [record.cells or [""] for record in records]
    assert not {code for record in records for code in record.problems} & {"stray_quote", "unterminated_quote"}


@given(table=st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=6), delimiter=st.sampled_from(",;\t|"))
@settings(max_examples=300, deadline=None)
def test_what_a_writer_writes_is_read_back(table: list[list[str]], delimiter: str) -> None:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(table)
    block = read(text.getvalue(), delimiter)
    if block is not None:
        assert [orjson.loads(row) for row in block.rows] == table


@given(text=TEXTS)
@settings(max_examples=150, deadline=None)
def test_a_file_read_fast_gives_the_same_rows_and_problems(text: str) -> None:
    file = ("h1,h2,h3\r\n" + FILLER + text + "\n" + FILLER).encode()
    assert _stored(file, fast=True) == _stored(file, fast=False)


def test_irregular_rows_are_flagged_in_a_clean_block() -> None:
    odd = 'x\r\n\r\n,,\r\nh1,h2,h3\r\n"","",""\r\n1,2,3,4\r\n'
    flagged = [row for row in _stored(("h1,h2,h3\r\n" + FILLER + odd + FILLER).encode(), fast=True) if row[3]]
    assert flagged == [
        (4001, 4002, ["x"], ("too_few_cells",)),
        (4002, 4003, [], ("blank_line",)),
        (4003, 4004, ["", "", ""], ("empty_record",)),
        (4004, 4005, ["h1", "h2", "h3"], ("repeated_header",)),
        (4005, 4006, ["", "", ""], ("empty_record",)),
        (4006, 4007, ["1", "2", "3", "4"], ("too_many_cells",)),
    ]


def test_blank_lines_before_the_header_may_fill_a_block() -> None:
    assert _stored(b"\n" * 200_000 + b"h1,h2\na,b\n", fast=True) == [(1, 200_002, ["a", "b"], ())]


def _stored(
    file: bytes, *, fast: bool, limits: ReadingLimits = DEFAULT_LIMITS
) -> list[tuple[int, int, list[str], tuple[str, ...]]]:
    reader = RecordReader(io.BytesIO(file), Dialect(encoding="utf-8"), limits, fast=fast)
    return [(row.row_no, row.line_no, orjson.loads(row.cells), row.problems) for rows in reader.rows() for row in rows]
