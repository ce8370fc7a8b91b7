"""Whatever is written comes back, and whatever the bytes are, they are accounted for or refused."""

import csv
import io
import re
from contextlib import suppress

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.ingest.reading.dialect import Dialect, DialectChoice
from services.ingest.reading.errors import CellTooLong, RecordTooLong, TooManyColumns, TooManyRecords, UnreadableFile
from services.ingest.reading.legacy_encoding import LEGACY_ENCODINGS
from services.ingest.reading.limits import ReadingLimits
from tests.reading_csv import read_csv

CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
    st.text("ab ,;\t|\"'\n\r", max_size=8),
)
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=2, max_size=8),
)
WELL_FORMED = re.compile(r'(?:"(?:[^"]|"")*"|[^",\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\n]*))*\n?')
LIMITS = ReadingLimits(max_cell_chars=500, max_record_bytes=2000, max_columns=40, max_records=100)


def write(table: list[list[str]], dialect: type[csv.Dialect]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, dialect).writerows(table)
    return text.getvalue()


@st.composite
def dialects(draw: st.DrawFn) -> type[csv.Dialect]:
    """Draw a way to write; before Python 3.13 the writer leaves a foreign line end without quotes."""

    class Drawn(csv.excel):
        delimiter = draw(st.sampled_from(",;\t|"))
        quotechar = draw(st.sampled_from("\"'"))
        lineterminator = draw(st.sampled_from(["\r\n", "\n", "\r"]))
        quoting = csv.QUOTE_ALL

    if Drawn.lineterminator == "\r\n":
        Drawn.quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    return Drawn


@given(
    table=TABLES,
    written=dialects(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be"]),
)
@settings(max_examples=300, deadline=None)
def test_any_table_written_in_any_dialect_comes_back_equal(
    table: list[list[str]], written: type[csv.Dialect], encoding: str
) -> None:
    table[0] = [f"column {number}" for number in range(len(table[0]))]
    dialect = Dialect(
        encoding={"utf-8-sig": "utf-8", "utf-16": "utf-16-le"}.get(encoding, encoding),
        bom_bytes={"utf-8-sig": 3, "utf-16": 2}.get(encoding, 0),
        delimiter=written.delimiter,
        quote_char=written.quotechar,
    )
    header, records = read_csv(write(table, written).encode(encoding), dialect=dialect)
    assert [list(header.cells), *(record.cells for record in records)] == table
    assert {code for record in records for code in record.problems} <= {"empty_record", "repeated_header"}


@given(table=TABLES, written=dialects(), encoding=st.sampled_from(["utf-8-sig", "utf-16"]))
@settings(max_examples=150, deadline=None)
def test_a_table_with_plain_names_is_read_without_being_told_how(
    table: list[list[str]], written: type[csv.Dialect], encoding: str
) -> None:
    written.quotechar, written.quoting = '"', csv.QUOTE_ALL
    names = [f"column {number}" for number in range(len(table[0]) + 1)]
    rows = [[f"row {number}", *cells] for number, cells in enumerate(table)]
    header, records = read_csv(write([names, *rows], written).encode(encoding))
    assert (list(header.cells), [record.cells for record in records]) == (names, rows)


@given(data=st.binary(max_size=400))
@example(b'a,b\n1,"\n2,"\r\r\n"')
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_accounted_for_or_refused(data: bytes) -> None:
    with suppress(UnreadableFile):
        read_csv(data, limits=LIMITS)


@given(
    text=st.text("ab,;\"'\n\r \0é😎\ufeff\u2028", max_size=200),
    cut=st.integers(0, 5),
    encoding=st.sampled_from(["utf-8", "utf-16-le", "utf-16-be", *sorted(LEGACY_ENCODINGS)]),
    quote=st.sampled_from(['"', "'", ""]),
)
@settings(max_examples=500, deadline=None)
def test_any_damaged_text_in_any_encoding_is_accounted_for_or_past_a_limit(
    text: str, cut: int, encoding: str, quote: str
) -> None:
    data = "a,b,c\n".encode(encoding) + text.encode(encoding, "replace")[cut:]
    choice = DialectChoice(encoding=encoding, delimiter=",", quote_char=quote)
    with suppress(CellTooLong, RecordTooLong, TooManyColumns, TooManyRecords):
        read_csv(data, choice=choice, limits=LIMITS)


@given(text=st.text('a,"\n', max_size=120))
@settings(max_examples=500, deadline=None)
def test_a_stray_quote_is_flagged_exactly_where_the_grammar_is_broken(text: str) -> None:
    r"""The grammar: a cell is quoted, its quotes doubled, or it has no quote at all."""
    _, records = read_csv(b"x,y\n" + text.encode(), dialect=Dialect(encoding="utf-8"))
    for record in records:
        body = ("x,y\n" + text)[record.byte_start : record.byte_end]
        broken = WELL_FORMED.fullmatch(body) is None
        assert broken == bool({"stray_quote", "unterminated_quote"} & set(record.problems)), (body, record)
