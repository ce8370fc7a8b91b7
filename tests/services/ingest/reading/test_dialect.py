"""A file tells its dialect, and a caller may know better."""

import io

import pytest

from services.ingest.reading.dialect import Dialect, DialectChoice, detect_dialect
from services.ingest.reading.errors import BadDialect, BinaryFile, EmptyFile, UnreadableEncoding

WESTERN = "First Name,Title,City\nJosé,Directeur général,Zürich\nBjörn,Geschäftsführer,München\n"
POLISH = "Imię,Nazwisko,Miasto\nŁukasz,Wójcik,Łódź\nGrażyna,Święcka,Gdańsk\n"
RUSSIAN = "Имя,Фамилия,Город\nЖанна,Петрова,Москва\nЮлия,Смирнова,Пермь\n"  # noqa: RUF001 - Cyrillic letters are meant
JAPANESE = "氏名,会社,都市\n山田太郎,株式会社テスト,東京\n鈴木一郎,有限会社サンプル,大阪\n"


def detect(data: bytes, choice: DialectChoice | None = None) -> Dialect:
    return detect_dialect(io.BytesIO(data), choice or DialectChoice())


def test_plain_text_is_utf_8_with_commas() -> None:
    assert detect(b"name,domain\nAcme,acme.example\n") == Dialect(
        encoding="utf-8",
        encoding_basis="valid",
        bom_bytes=0,
        delimiter=",",
        quote_char='"',
        skip_initial_space=False,
        sep_line=False,
        line_terminator="\n",
    )


def test_a_dialect_comes_back_from_its_json() -> None:
    dialect = detect("\ufeffsep=;\r\nname;city\r\nAda;Zürich\r\n".encode("utf-16-le"))
    assert dialect.to_json() == {
        "encoding": "utf-16-le",
        "encoding_basis": "bom",
        "bom_bytes": 2,
        "delimiter": ";",
        "quote_char": '"',
        "skip_initial_space": False,
        "sep_line": True,
        "line_terminator": "\r\n",
    }
    assert Dialect.from_json(dialect.to_json()) == dialect


@pytest.mark.parametrize(
    ("text", "codec", "encoding", "basis"),
    [
        (WESTERN, "utf-8", "utf-8", "valid"),
        (WESTERN, "utf-8-sig", "utf-8", "bom"),
        (WESTERN, "utf-16", "utf-16-le", "bom"),
        (WESTERN, "utf-16-le", "utf-16-le", "pattern"),
        (WESTERN, "utf-16-be", "utf-16-be", "pattern"),
        (RUSSIAN, "utf-16-le", "utf-16-le", "pattern"),
        (WESTERN, "cp1252", "cp1252", "guessed"),
        ("price\n10 €\n", "cp1252", "cp1252", "guessed"),
        (POLISH, "cp1250", "cp1250", "guessed"),
        (RUSSIAN, "cp1251", "cp1251", "guessed"),
        (RUSSIAN, "koi8-r", "koi8-r", "guessed"),
        (WESTERN, "mac-roman", "mac-roman", "guessed"),
        (JAPANESE, "cp932", "cp932", "guessed"),
    ],
)
def test_the_encoding_is_found(text: str, codec: str, encoding: str, basis: str) -> None:
    dialect = detect(text.encode(codec) * (10 if codec == "utf-16-le" and text == RUSSIAN else 1))
    assert (dialect.encoding, dialect.encoding_basis, dialect.delimiter) == (encoding, basis, ",")


def test_the_whole_file_decides_whether_it_is_utf_8() -> None:
    ascii_lines = b"name,city\n" + b"Ada,London\n" * 200_000
    assert detect(ascii_lines + "José,Zürich\n".encode()).encoding == "utf-8"
    assert detect(ascii_lines + "José,Zürich\n".encode("cp1252")).encoding == "cp1252"


def test_a_few_broken_bytes_do_not_make_utf_8_something_else() -> None:
    dialect = detect("name,city\nJosé,Zürich\nBjörn,Köln\n".encode() + b"Zo\xeb,Paris\n")
    assert (dialect.encoding, dialect.encoding_basis) == ("utf-8", "damaged")


def test_a_character_cut_off_by_the_end_of_the_file_is_damage() -> None:
    assert detect("name\nJosé\nZoë".encode()[:-1]).encoding_basis == "damaged"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("First Name;Last Name;Email\n", ";"),
        ("name;domain;revenue\nAcme GmbH;acme.example;1,5\nBeta, Wien;beta.example;2,75\n", ";"),
        ('name\tdomain\tnotes\nAcme\tacme.example\ta, b; c\nBeta\tbeta.example\t"x\ty"\n', "\t"),
        ("name|domain\nAcme, Inc|acme.example\n", "|"),
        ('name,notes\nAcme,"x; y; z"\nBeta,"k; l; m"\n', ","),
        ('name,notes\nAcme,"one; 1\ntwo; 2"\nBeta,"three; 3\nfour; 4"\n', ","),
        ("name,url\nAcme,https://acme.example/?a=1;b=2|c\n", ","),
        ("name,phone\nAda,'+1 415-555-0100\nBob,'+1 415-555-0101\n", ","),
        ("domain\nacme.example\nbeta.example\n", ","),
        ('company\n"Acme, Inc."\nBeta\n', ","),
        ("Company Name\nAcme Widgets Ltd\n", ","),
    ],
)
def test_the_delimiter_is_found(text: str, delimiter: str) -> None:
    dialect = detect(text.encode())
    assert (dialect.delimiter, dialect.quote_char, dialect.skip_initial_space) == (delimiter, '"', False)


def test_single_quotes_count_where_they_wrap_every_name() -> None:
    assert detect(b"'name','city'\n'Acme, Inc','Berlin'\n").quote_char == "'"


def test_spaces_before_quotes_are_skipped_where_no_other_cell_begins_with_one() -> None:
    assert detect(b'"name", "city"\n"Acme, Inc", "Berlin"\n').skip_initial_space
    assert not detect(b'"name", "city"\n Acme, "Berlin"\n').skip_initial_space


@pytest.mark.parametrize(("first", "delimiter"), [("sep=;", ";"), ("SEP=|", "|"), ('"sep=\t"', "\t")])
def test_the_separator_line_of_excel_decides(first: str, delimiter: str) -> None:
    dialect = detect(f"{first}\r\nname{delimiter}a,b,c\r\n".encode())
    assert (dialect.delimiter, dialect.sep_line, dialect.line_terminator) == (delimiter, True, "\r\n")


@pytest.mark.parametrize(("data", "terminator"), [(b"a,b\r1,2\r", "\r"), (b"a,b\r\n1,2\n", "\r\n"), (b"a,b", "")])
def test_the_line_terminator_is_that_of_the_first_line(data: bytes, terminator: str) -> None:
    assert detect(data).line_terminator == terminator


def test_a_caller_may_know_better() -> None:
    choice = DialectChoice(encoding="latin-1", delimiter=";", quote_char="")
    dialect = detect("a,b\nZoë,1\n".encode("cp1252"), choice)
    assert (dialect.encoding, dialect.encoding_basis) == ("iso8859-1", "given")
    assert (dialect.delimiter, dialect.quote_char) == (";", None)


def test_a_chosen_utf_16_takes_its_byte_order_from_the_file() -> None:
    assert detect("a,b\n".encode("utf-16-be"), DialectChoice(encoding="utf-16")).encoding == "utf-16-be"
    assert detect("a,b\n".encode("utf-16"), DialectChoice(encoding="UTF-16")).bom_bytes == 2


@pytest.mark.parametrize(
    "choice",
    [
        DialectChoice(encoding="klingon"),
        DialectChoice(encoding="cp037"),
        DialectChoice(encoding="base64"),
        DialectChoice(delimiter=""),
        DialectChoice(delimiter=";;"),
        DialectChoice(delimiter="\n"),
        DialectChoice(delimiter="§"),
        DialectChoice(quote_char="«"),
        DialectChoice(delimiter=";", quote_char=";"),
    ],
)
def test_a_choice_that_can_not_be_is_refused(choice: DialectChoice) -> None:
    with pytest.raises(BadDialect, match="choose"):
        detect(b"a,b\n1,2\n", choice)


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(EmptyFile) as raised:
        detect(data)
    assert (raised.value.slug, raised.value.status) == ("empty-file", 422)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "PNG image"),
        (b"PK\x03\x04\x14\x00\x06\x00", "Excel workbook or a ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(50), "old Excel workbook"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (bytes(range(256)) * 4, "control characters"),
        (bytes(1000), "control characters"),
    ],
)
def test_a_binary_file_is_refused_with_advice(data: bytes, said: str) -> None:
    with pytest.raises(BinaryFile, match=said) as raised:
        detect(data)
    assert (raised.value.slug, raised.value.status) == ("binary-file", 415)


def test_utf_32_and_unknown_bytes_are_refused() -> None:
    with pytest.raises(UnreadableEncoding, match="UTF-32"):
        detect("a,b\n".encode("utf-32"))
    with pytest.raises(UnreadableEncoding, match="save it as UTF-8"):
        detect(b"a,b\n" + bytes([0x81, 0x8D, 0x8F, 0x90, 0x9D, 0xFF, 0x81, 0x8D]) * 9)
