"""Records are read whole, in order, each with what is wrong with it; files past a limit are refused."""

import io
import tracemalloc

import pytest

from services.ingest.reading.dialect import Dialect, DialectChoice, detect_dialect
from services.ingest.reading.errors import (
    CellTooLong,
    NoHeader,
    RecordTooLong,
    TooManyColumns,
    TooManyRecords,
    UnreadableFile,
)
from services.ingest.reading.limits import ReadingLimits
from services.ingest.reading.problem_code import ProblemCode
from services.ingest.reading.record import Record
from services.ingest.reading.records import read_header, read_records
from tests.reading_csv import read_csv

Cells = list[list[str]]


def cells_of(data: bytes) -> Cells:
    header, records = read_csv(data)
    assert not any(record.problems for record in records)
    return [list(header.cells), *(record.cells for record in records)]


def flagged(data: bytes) -> list[tuple[list[str], set[str]]]:
    return [(record.cells, {str(code) for code in record.problems}) for record in read_csv(data)[1]]


@pytest.mark.parametrize(
    ("data", "cells"),
    [
        (b"a,b,c\n1,,3", [["a", "b", "c"], ["1", "", "3"]]),
        (b"a,b,c\n1, space,3", [["a", "b", "c"], ["1", " space", "3"]]),
        (b"a,b,c\n1,space ,3", [["a", "b", "c"], ["1", "space ", "3"]]),
        (b"a\n1", [["a"], ["1"]]),
        (b"a\n1\n", [["a"], ["1"]]),
        (b'a,b,c\n1,"",3', [["a", "b", "c"], ["1", "", "3"]]),
        (b'a,b,c\n1,"x, y",3', [["a", "b", "c"], ["1", "x, y", "3"]]),
        (b'a,b,c\n1,"x ""y""",3', [["a", "b", "c"], ["1", 'x "y"', "3"]]),
        (b'a,b,c\n1,"x\ny",3', [["a", "b", "c"], ["1", "x\ny", "3"]]),
        (b'a,b,c\n1,"x\r\ny",3\n', [["a", "b", "c"], ["1", "x\r\ny", "3"]]),
        (b'a,b,c\n1,"x\ry",3\n', [["a", "b", "c"], ["1", "x\ry", "3"]]),
        (b"a,b,c\r\n1,2,3", [["a", "b", "c"], ["1", "2", "3"]]),
        (b"a,b\r1,2\r3,4\r", [["a", "b"], ["1", "2"], ["3", "4"]]),
        (b"a,b\n1,2\r\n3,4\r5,6", [["a", "b"], ["1", "2"], ["3", "4"], ["5", "6"]]),
        ("a,b\n1,😎\n".encode(), [["a", "b"], ["1", "😎"]]),
        ("a,b\n1,x\u2028y\x0bz\x85\n".encode(), [["a", "b"], ["1", "x\u2028y\x0bz\x85"]]),
        (b"a,b,c", [["a", "b", "c"]]),
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        (b'\xef\xbb\xbf"a","b"\r\n1,2\r\n', [["a", "b"], ["1", "2"]]),
        (b"sep=;\r\na;b\r\n1,5;2\r\n", [["a", "b"], ["1,5", "2"]]),
        ("a;b\r\nZoë;😎\r\n".encode("utf-16"), [["a", "b"], ["Zoë", "😎"]]),
        (
            "name,city\nJosé,Zürich\nBjörn,Köln\n".encode("cp1252"),
            [["name", "city"], ["José", "Zürich"], ["Björn", "Köln"]],
        ),
    ],
)
def test_a_sound_file_is_read_exactly(data: bytes, cells: Cells) -> None:
    assert cells_of(data) == cells


def test_a_record_knows_its_lines_and_bytes() -> None:
    data = 'sep=,\n\nname,note\nZoë,"two\nlines"\r\nBob,x'.encode()
    header, records = read_csv(data)
    assert (header.cells, header.line_no, header.byte_end) == (("name", "note"), 3, 17)
    assert records == [
        Record(1, 4, ["Zoë", "two\nlines"], (), 17, 35),
        Record(2, 6, ["Bob", "x"], (), 35, 40),
    ]
    assert [data[record.byte_start : record.byte_end] for record in records] == [
        'Zoë,"two\nlines"\r\n'.encode(),
        b"Bob,x",
    ]


def test_blank_lines_are_records_of_their_own() -> None:
    assert flagged(b"a,b\n\n1,2\n\r\n") == [([], {"blank_line"}), (["1", "2"], set()), ([], {"blank_line"})]


def test_in_one_column_a_blank_line_is_an_empty_cell() -> None:
    assert flagged(b"a\n\n1\n") == [([""], {"blank_line"}), (["1"], set())]


def test_records_of_empty_cells_are_flagged() -> None:
    assert flagged(b'a,b\n,\n"",""\n') == [(["", ""], {"empty_record"}), (["", ""], {"empty_record"})]


def test_ragged_records_keep_all_their_cells() -> None:
    assert flagged(b"a,b,c\n1,2\n1,2,3,4\n") == [
        (["1", "2"], {"too_few_cells"}),
        (["1", "2", "3", "4"], {"too_many_cells"}),
    ]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('1,This "quote" stands free,3', ["1", 'This "quote" stands free', "3"]),
        ('1,5" pipe,3', ["1", '5" pipe', "3"]),
        ('1,5",3', ["1", '5"', "3"]),
        ('1,5"",3', ["1", '5""', "3"]),
        ('1,"Hey, I missed " it",3', ["1", 'Hey, I missed  it"', "3"]),
        ('1,"x"y,3', ["1", "xy", "3"]),
        ('1,"x" ,3', ["1", "x ", "3"]),
        ('1, "x",3', ["1", ' "x"', "3"]),
        ('1,"a ""b"" c",5"', ["1", 'a "b" c', '5"']),
    ],
)
def test_a_stray_quote_is_flagged_and_read_as_it_stands(line: str, cells: list[str]) -> None:
    data = f"a,b,c\nx, y,z\n{line}\n7,8,9\n".encode()
    assert flagged(data) == [(["x", " y", "z"], set()), (cells, {"stray_quote"}), (["7", "8", "9"], set())]


@pytest.mark.parametrize("cell", ['"a,"', '","', '"""a"""', '"a"",""b"', '""""', '"\n"', '",""\n"",x"'])
def test_quotes_in_their_place_are_not_flagged(cell: str) -> None:
    assert flagged(f'a,b\n{cell},"x ""y"""\nz,{cell}\n'.encode())[0][1] == set()


def test_a_quote_that_is_never_closed_is_flagged() -> None:
    assert flagged(b'a,b,c\n1,"never closed,3') == [
        (["1", "never closed,3"], {"too_few_cells", "unterminated_quote"}),
    ]


def test_a_quote_that_is_never_closed_does_not_swallow_the_rows_behind_it() -> None:
    assert flagged(b'a,b,c\n1,"never closed,3\n4,5,6\n7,"8, 8",9\n') == [
        (["1", "never closed,3\n"], {"too_few_cells", "unterminated_quote"}),
        (["4", "5", "6"], set()),
        (["7", "8, 8", "9"], set()),
    ]


def test_a_file_cut_off_within_a_cell_of_several_lines_keeps_it_together() -> None:
    assert flagged(b'a,b,c\n1,2,3\n4,5,"first line\nsecond line, with a comma\nthird') == [
        (["1", "2", "3"], set()),
        (["4", "5", "first line\nsecond line, with a comma\nthird"], {"unterminated_quote"}),
    ]


def test_a_missing_quote_far_from_the_end_costs_one_record() -> None:
    rows = b"4,5,6\n" * 300_000
    records = read_csv(b'a,b,c\n1,"never closed,3\n' + rows)[1]
    assert records[0].problems == (ProblemCode.UNTERMINATED_QUOTE, ProblemCode.TOO_FEW_CELLS)
    assert len(records) == 300_001
    assert all(record.cells == ["4", "5", "6"] and not record.problems for record in records[1:])


def test_nul_is_shown_and_flagged() -> None:
    assert flagged(b'a,b\n1,x\0y\n"\0",2\n3,4\n') == [
        (["1", "x\u2400y"], {"nul_byte"}),
        (["\u2400", "2"], {"nul_byte"}),
        (["3", "4"], set()),
    ]


def test_bytes_that_are_not_valid_are_shown_and_flagged() -> None:
    data = "a,b\nJosé,Zürich\nZoë,Köln\n".encode() + b"Bj\xf6rn,\xe2\x82\n1,2\n"
    assert flagged(data)[2:] == [(["Bj\ufffdrn", "\ufffd"], {"invalid_encoding"}), (["1", "2"], set())]


def test_broken_utf_16_is_shown_and_flagged() -> None:
    data = "\ufeffa,b\nx,y\n".encode("utf-16-le") + b"\x00\xd8,\x001\x00\n\x00z\x00,\x002"
    assert flagged(data) == [
        (["x", "y"], set()),
        (["\ufffd", "1"], {"invalid_encoding"}),
        (["z", "\ufffd"], {"invalid_encoding"}),
    ]


def test_one_record_may_have_several_problems() -> None:
    data = "a,b\nJosé,Zürich\nZoë,Köln\n".encode() + b'\xf6,5" \0,x\n'
    assert flagged(data)[2] == (
        ["\ufffd", '5" \u2400', "x"],
        {"invalid_encoding", "stray_quote", "nul_byte", "too_many_cells"},
    )


def test_a_header_repeated_by_joining_two_files_is_flagged() -> None:
    data = (
        b"First Name,Last Name,Email\nA,B,C\n\xef\xbb\xbfFirst Name,Last Name,Email\nFirst Name,Last Name,E-Mail,ICP\n"
    )
    assert [codes for _, codes in flagged(data)] == [
        set(),
        {"repeated_header"},
        {"repeated_header", "too_many_cells"},
    ]


def test_a_value_that_equals_a_column_name_is_not_a_repeated_header() -> None:
    assert flagged(b"a,b,c\na,x,y\n") == [(["a", "x", "y"], set())]


def test_the_header_is_kept_with_its_flaws_named() -> None:
    header, _ = read_csv(b"Name,,Fit Prompt,fit prompt , \n1,2,3,4,5\n")
    assert header.cells == ("Name", "", "Fit Prompt", "fit prompt ", " ")
    assert (header.empty_columns, header.duplicate_columns) == ((1, 4), (3,))
    assert header.problems == (ProblemCode.EMPTY_COLUMN_NAME, ProblemCode.DUPLICATE_COLUMN_NAME)


def test_the_header_alone_can_be_read() -> None:
    file = io.BytesIO(b"a;b\n1;2\n")
    assert read_header(file, detect_dialect(file)).cells == ("a", "b")


def test_a_file_can_be_read_without_quotes() -> None:
    _, records = read_csv(b'a\tb\n"x\t5"\n', choice=DialectChoice(quote_char=""))
    assert [(record.cells, record.problems) for record in records] == [(['"x', '5"'], ())]


@pytest.mark.parametrize(
    "data",
    [
        b"\n\n\n",
        b",,,\n1,2,3,4\n",
        b" \n",
        b"Ada,ada@mail.example.com\nBob,bob@mail.example.com\n",
        b"Acme,https://acme.example\n",
    ],
)
def test_a_file_without_column_names_is_refused(data: bytes) -> None:
    with pytest.raises(NoHeader, match="add a header row"):
        read_csv(data)


SMALL = ReadingLimits(max_cell_chars=1000, max_record_bytes=5000, max_columns=10, max_records=100)


@pytest.mark.parametrize(
    ("data", "error", "slug"),
    [
        (b"a,b\n1," + b"x" * 1001, CellTooLong, "cell-too-long"),
        (b'a,b\n1,"' + b"x\n" * 501 + b'"\n', CellTooLong, "cell-too-long"),
        (b'a,b\n1,"' + b"x\n" * 200_000, CellTooLong, "cell-too-long"),
        (b"a,b\n" + b"x" * 4_000 + b"\n1,2\n", CellTooLong, "cell-too-long"),
        (b"a,b\n" + b"x" * 500_000, RecordTooLong, "record-too-long"),
        (b",".join(b"%d" % number for number in range(11)), TooManyColumns, "too-many-columns"),
        (b"a,b\n" + b"," * 10, TooManyColumns, "too-many-columns"),
        (b"a,b\n" + b"1,2\n" * 101, TooManyRecords, "too-many-records"),
    ],
)
def test_a_file_past_a_limit_is_refused(data: bytes, error: type[UnreadableFile], slug: str) -> None:
    with pytest.raises(error) as raised:
        read_csv(data, limits=SMALL)
    assert (raised.value.slug, raised.value.status) == (slug, 413)
    assert raised.value.extensions["limit"] in {1000, 5000, 10, 100}


def test_a_missing_quote_is_named_by_its_line_if_nothing_can_be_made_of_it() -> None:
    data = b"a,b\n1,2\n" * 10 + b'3,"x\n' + b"no comma here\n" * 100_000
    with pytest.raises(CellTooLong, match="begins in line 21 ") as raised:
        read_csv(data, limits=SMALL)
    assert raised.value.extensions["line_no"] == 21


def test_what_is_at_the_limit_is_read() -> None:
    data = b"a,b\n" + b"1," + b"x" * 1000 + b"\n" + b"1,2\n" * 99
    assert len(read_csv(data, limits=SMALL)[1]) == 100


def test_lines_and_cells_of_every_length_pass_the_borders_of_blocks() -> None:
    rows = [[str(size), "é" * size, f'"{size}"\r\n'] for size in range(0, 900, 7)]
    text = "n,body,note\r\n" + "".join(f'{n},{body},"""{n}""\r\n"\r\n' for n, body, _ in rows)
    for encoding in ("utf-8", "utf-16"):
        _, records = read_csv(text.encode(encoding) if encoding == "utf-8" else text.encode("utf-16"))
        assert [record.cells for record in records] == rows


def test_memory_does_not_grow_with_the_file() -> None:
    row = b'Ada,Example Widgets Ltd,ada@mail.example.com,"one, two",2024\n'
    file = io.BytesIO(b"name,company,email,note,year\n" + row * 40_000)
    tracemalloc.start()
    count = sum(1 for _ in read_records(file, Dialect(encoding="utf-8")))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 40_000
    assert peak < 2_500_000
