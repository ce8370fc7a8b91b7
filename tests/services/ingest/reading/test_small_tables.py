"""Small tables, each with one thing that readers get wrong: what is bad is flagged, and nothing is lost."""

import pytest

from tests.reading_csv import read_csv


@pytest.mark.parametrize(
    ("content", "header", "rows"),
    [
        ("name,town\nAda,London\nBob,Paris\n", ["name", "town"], [["Ada", "London"], ["Bob", "Paris"]]),
        ("name,town\r\nAda,London\r\n", ["name", "town"], [["Ada", "London"]]),
        ("name,town\nAda,London", ["name", "town"], [["Ada", "London"]]),
        ("name\nAda\nBob", ["name"], [["Ada"], ["Bob"]]),
        ("name,town\n", ["name", "town"], []),
        ('name,town\n"Ada, A.","London"\n', ["name", "town"], [["Ada, A.", "London"]]),
        ('name,town\n"Ada ""A""",""\n', ["name", "town"], [['Ada "A"', ""]]),
        ('name,town\n"Ada\nA.",x\n', ["name", "town"], [["Ada\nA.", "x"]]),
        ('name,town\n" Ada ",x\n', ["name", "town"], [[" Ada ", "x"]]),
        ("name,town\n Ada,x \n", ["name", "town"], [[" Ada", "x "]]),
        ("name,town\nÅda,東京\n", ["name", "town"], [["Åda", "東京"]]),
        ("name,town,zip\nAda,,1\n", ["name", "town", "zip"], [["Ada", "", "1"]]),
    ],
)
def test_a_good_file_is_read_without_a_flag(content: str, header: list[str], rows: list[list[str]]) -> None:
    found, records = read_csv(content.encode())
    assert (list(found.cells), [record.cells for record in records]) == (header, rows)
    assert (found.problems, {record.problems for record in records} - {()}) == ((), set())


@pytest.mark.parametrize(
    ("content", "rows", "problems"),
    [
        ("name,town\nAda\n", [["Ada"]], [("too_few_cells",)]),
        ("name,town\nAda,x,more\n", [["Ada", "x", "more"]], [("too_many_cells",)]),
        ("name,town\n,\n", [["", ""]], [("empty_record",)]),
        ('name,town\nAda "A",x\n', [['Ada "A"', "x"]], [("stray_quote",)]),
        ('name,town\n"Ada "A"",x\nBob,y\n', [['Ada A""', "x"], ["Bob", "y"]], [("stray_quote",), ()]),
        ('name,town\nAda,"x\nBob,y\n', [["Ada", "x\n"], ["Bob", "y"]], [("unterminated_quote",), ()]),
    ],
)
def test_a_bad_record_is_flagged_and_kept(content: str, rows: list[list[str]], problems: list[tuple[str, ...]]) -> None:
    _, records = read_csv(content.encode())
    assert [record.cells for record in records] == rows
    assert [record.problems for record in records] == problems


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["Contacts\n", "Contacts\n\nMade on,2024-05-01\n\n", "\nContacts,,,,,\n"])
def test_a_title_above_the_column_names_is_no_row(above: str, delimiter: str) -> None:
    table = "First Name,Last Name,Email,Title,City\nAda,L,ada@x.example,CTO,\nBob,B,,,Paris\n"
    header, records = read_csv((above + table).replace(",", delimiter).encode())
    assert list(header.cells) == ["First Name", "Last Name", "Email", "Title", "City"]
    assert [record.cells[0] for record in records] == ["Ada", "Bob"]
    assert (header.problems, header.byte_start) == (("preamble",), 0)


@pytest.mark.parametrize(
    "content", ["name,town\na,b,c,d,e,1\n", "name\nada@x.example,b,c,d\n", "name,town\na,b,c,d,e\na,b\n"]
)
def test_a_narrow_header_over_wide_rows_is_no_title(content: str) -> None:
    header, records = read_csv(content.encode())
    assert header.cells[0] == "name"
    assert {code for record in records for code in record.problems} == {"too_many_cells"}
