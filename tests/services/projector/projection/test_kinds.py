"""What a text out of an answer becomes."""

import re
from collections.abc import Iterator
from datetime import date
from typing import TypeAlias

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.projector.projection.kinds import precision_of, unreadable, value_of
from services.projector.rules.fields import Kind
from shared.embedded import EmbeddedPostgres

Reader: TypeAlias = psycopg.Connection[tuple[object, ...]]


@pytest.fixture(scope="module")
def connection(server: EmbeddedPostgres) -> Iterator[Reader]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def read(connection: Reader, kind: Kind, text: str | None) -> tuple[object, object]:
    """Return the value, and whether the text counts as unreadable.

    As in an answer, the text is nothing that the planner could work out beforehand.
    """
    query = f"""
        SELECT value, {unreadable(kind, "text", "value")}
        FROM (SELECT text, {value_of(kind, "text")} AS value
            FROM (SELECT %(text)s::text AS text OFFSET '0') AS given) AS made
    """
    escaped = query.replace("%(text)s", "\0").replace("%", "%%").replace("\0", "%(text)s")
    row = connection.execute(escaped.encode(), {"text": text}).fetchone()
    assert row is not None
    return row[0], bool(row[1])


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.TEXT, "VP, Sales & Marketing", "VP, Sales & Marketing"),
        (Kind.TEXT, "[ex-Acme] Engineer", "[ex-Acme] Engineer"),
        (Kind.NAME, "sean", "Sean"),
        (Kind.NAME, "jos\u00e9 o'brien", "Jos\u00e9 O'Brien"),
        (Kind.NAME, "MacDonald", "MacDonald"),
        (Kind.PLACE, "san francisco", "San Francisco"),
        (Kind.PLACE, "USA", "USA"),
        (Kind.LABEL, "Computer Software", "computer software"),
        (Kind.SENIORITY, "C suite", "c_suite"),
        (Kind.SENIORITY, "cxo", "c_suite"),
        (Kind.SENIORITY, "Vp", "vp"),
        (Kind.EMAIL, "Ada@Acme.Example", "ada@acme.example"),
        (Kind.PERSON_LINKEDIN, "http://www.linkedin.com/in/Ada-L/?trk=x", "https://www.linkedin.com/in/ada-l"),
        (Kind.PERSON_LINKEDIN, "linkedin.com/in/ada", "https://www.linkedin.com/in/ada"),
        (Kind.PERSON_LINKEDIN, "ada-l", "https://www.linkedin.com/in/ada-l"),
        (Kind.PERSON_LINKEDIN, "https://www.linkedin.com/sales/lead/AbC", "https://www.linkedin.com/sales/lead/AbC"),
        (Kind.COMPANY_LINKEDIN, "https://www.linkedin.com/company/Acme-Inc/about", "acme-inc"),
        (Kind.COMPANY_LINKEDIN, "acme", "acme"),
        (Kind.INTEGER, "120", 120),
        (Kind.INTEGER, "1,200", 1200),
        (Kind.INTEGER, "12.0", 12),
        (Kind.YEAR, "2015", 2015),
        (Kind.YEAR, "2015.0", 2015),
        (Kind.SIZE, "51-200 employees", "51-200"),
        (Kind.SIZE, "10,001+ employees", "10001+"),
        (Kind.SIZE, "2-10", "1-10"),
        (Kind.SIZE, "1600", "1001-5000"),
        (Kind.MONEY, "1000000", 1_000_000),
        (Kind.MONEY, "2.5E+07", 25_000_000),
        (Kind.MONEY, "1000000.0", 1_000_000),
        (Kind.MONEY, "$10M-$25M", 10_000_000),
        (Kind.MONEY, "$10-25M", 10_000_000),
        (Kind.MONEY, "1.5 billion", 1_500_000_000),
        (Kind.MONEY, "$1,234,567", 1_234_567),
    ],
)
def test_a_text_is_read_as_its_kind(connection: Reader, kind: Kind, text: str, value: object) -> None:
    assert read(connection, kind, text) == (value, False)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.TEXT, '{"name": "VP"}'),
        (Kind.NAME, '["Ada"]'),
        (Kind.EMAIL, "true"),
        (Kind.EMAIL, "ada at acme"),
        (Kind.PERSON_LINKEDIN, "http://example.com/ada"),
        (Kind.SENIORITY, "wizard"),
        (Kind.INTEGER, "many"),
        (Kind.INTEGER, "99999999999"),
        (Kind.YEAR, "15"),
        (Kind.MONEY, "<1M"),
        (Kind.MONEY, "1e99"),
        (Kind.DATE, "2015-02-31"),
        (Kind.DATE, "today"),
        (Kind.TIMESTAMP, "yesterday morning"),
    ],
)
def test_what_can_t_be_read_is_null_and_said(connection: Reader, kind: Kind, text: str) -> None:
    assert read(connection, kind, text) == (None, True)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.TEXT, None),
        (Kind.DATE, None),
        (Kind.MONEY, "Funding unknown"),
        (Kind.INTEGER, "n/a"),
        (Kind.INTEGER, "51-200"),
    ],
)
def test_what_says_nothing_is_null_without_error(connection: Reader, kind: Kind, text: str | None) -> None:
    assert read(connection, kind, text) == (None, False)


def expected_date(text: str) -> date | None:
    """Read a date as the projector says it does: year, month or day, with or without a time behind it."""
    match = re.fullmatch(r"([12]\d{3})(?:-(\d\d)(?:-(\d\d)(?:[T ].+)?)?)?", text, re.DOTALL | re.ASCII)
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


_NEAR_DATES = st.one_of(
    st.from_regex(r"[0-3][0-9]{3}(-[0-9]{2}(-[0-9]{2}([T ][0-9:Z]{0,9})?)?)?", fullmatch=True),
    st.text(alphabet="012345678T:", max_size=14),
    st.dates().map(str),
    st.datetimes().map(str),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=_NEAR_DATES)
def test_dates_are_read_by_shape_and_calendar(connection: Reader, text: str) -> None:
    assert read(connection, Kind.DATE, text)[0] == expected_date(text)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(alphabet='0123456789-/.,T: JanFebPresent\u00b7\u2013to{}"year', max_size=30))
def test_no_text_is_too_strange_for_a_date(connection: Reader, text: str) -> None:
    for kind in (Kind.DATE, Kind.END_DATE):
        value, _ = read(connection, kind, text)
        assert value is None or isinstance(value, date)


_RANGE = "Jan 2025 - Present \u00b7 3 mos"


@pytest.mark.parametrize(
    ("kind", "text", "value", "precision"),
    [
        (Kind.DATE, "August 2025", date(2025, 8, 1), 2),
        (Kind.DATE, "Sept. 2025", date(2025, 9, 1), 2),
        (Kind.DATE, "1 Aug 2025", date(2025, 8, 1), 3),
        (Kind.DATE, "Aug 31st, 2025", date(2025, 8, 31), 3),
        (Kind.DATE, "8/2025", date(2025, 8, 1), 2),
        (Kind.DATE, "2025/08/31", date(2025, 8, 31), 3),
        (Kind.DATE, "2022-03-15T00:00:00Z", date(2022, 3, 15), 3),
        (Kind.DATE, "2023-03-28 12:30:18.990", date(2023, 3, 28), 3),
        (Kind.DATE, '{"day": 5, "year": 2020, "month": 8}', date(2020, 8, 5), 3),
        (Kind.DATE, '{"day": null, "year": 2020, "month": 8}', date(2020, 8, 1), 2),
        (Kind.DATE, '{"year": 2020}', date(2020, 1, 1), 1),
        (Kind.DATE, '{"text": "Jan 2020", "year": 2020, "month": "Jan"}', date(2020, 1, 1), 2),
        (Kind.DATE, _RANGE, date(2025, 1, 1), 2),
        (Kind.END_DATE, _RANGE, None, None),
        (Kind.END_DATE, "Sep 2019 \u2013 Mar 2021 \u00b7 1 yr 7 mos", date(2021, 3, 1), 2),
        (Kind.DATE, "2016-2018", date(2016, 1, 1), 1),
        (Kind.END_DATE, "2016-2018", date(2018, 1, 1), 1),
        (Kind.END_DATE, "2016-01 - 2018-02", date(2018, 2, 1), 2),
        (Kind.END_DATE, "Present", None, None),
        (Kind.END_DATE, '{"text": "Present"}', None, None),
        (Kind.MONTH_DATE, '{"day": 1, "year": 2021, "month": 8}', date(2021, 8, 1), 2),
        (Kind.MONTH_DATE, '{"day": 1, "year": 2021, "month": 1}', date(2021, 1, 1), 1),
        (Kind.END_MONTH_DATE, '{"day": 31, "year": 2021, "month": 12}', date(2021, 12, 31), 1),
        (Kind.MONTH_DATE, "March 2021", date(2021, 3, 1), 2),
    ],
)
def test_a_date_is_read_however_it_is_written(
    connection: Reader, kind: Kind, text: str, value: date | None, precision: int | None
) -> None:
    assert read(connection, kind, text) == (value, False)
    if precision is not None:
        row = connection.execute(
            f"SELECT {precision_of(kind, 'x')} FROM (VALUES (%s)) AS t (x)".replace("%", "%%")
            .replace("%%s", "%s")
            .encode(),
            [text],
        ).fetchone()
        assert row == (precision,)


@pytest.mark.parametrize("text", ["Janus 2025", "13/2025", "2025-02-30", "32 Aug 2025", "soon", '{"year": "x"}'])
def test_what_is_no_date_counts_as_unreadable(connection: Reader, text: str) -> None:
    assert read(connection, Kind.DATE, text) == (None, True)


@pytest.mark.parametrize(
    ("kind", "text", "precision"),
    [
        (Kind.DATE, "2015", 1),
        (Kind.DATE, "2015-03", 2),
        (Kind.DATE, "2015-03-01", 3),
        (Kind.DATE, "2015-03-01T00:00:00Z", 3),
        (Kind.MONTH_DATE, "2015", 1),
        (Kind.MONTH_DATE, "2015-01-01", 1),
        (Kind.MONTH_DATE, "2015-03-01", 2),
    ],
)
def test_a_date_says_how_exact_it_is(connection: Reader, kind: Kind, text: str, precision: int) -> None:
    row = connection.execute(
        f"SELECT {precision_of(kind, 'x')} FROM (VALUES (%s)) AS t (x)".replace("%", "%%")
        .replace("%%s", "%s")
        .encode(),
        [text],
    ).fetchone()
    assert row == (precision,)
