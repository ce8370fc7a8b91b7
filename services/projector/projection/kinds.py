"""What a text out of an answer becomes, as SQL: one expression per kind, `:x` being the trimmed text or NULL.

An expression never fails: what it can't read is NULL, and the compiler reports it. Texts are cut so that they
fit an index. Letters are compared under `pg_c_utf8`, the same on every server.
"""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Mapping
from types import MappingProxyType

from services.projector.projection.dates import EMPTY, ONGOING, date_of, iso_of, part_of
from services.projector.rules.fields import Kind

BLANKS = r"E' \t\n\r\f\u00A0\u200B\uFEFF'"
"""What is trimmed off, as a SQL literal."""

_LONGEST = 300

# Regular expressions cost ten times as much as anything else here, so what is usual is recognised without them.
_LOWER = "lower(:x COLLATE pg_c_utf8)"
_DIGITS = "btrim(:x, '0123456789') = ''"
_NESTED = "(ascii(:x) IN (91, 123) AND pg_input_is_valid(:x, 'json'))"
_CUT = f"CASE WHEN octet_length(:x) <= {_LONGEST} THEN :x ELSE left(:x, {_LONGEST}) END"
_PLAIN = f"CASE WHEN NOT {_NESTED} THEN {_CUT} END"
_READABLE = f"""CASE WHEN {_NESTED} THEN NULL WHEN :x = {_LOWER}
    THEN left(initcap(:x COLLATE pg_c_utf8), {_LONGEST}) ELSE left(:x, {_LONGEST}) END"""

_SIZES = ["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"]

_NUMBER = r"'^\d{1,18}(\.\d+)?(e\+?\d{1,2})?$'"
_AMOUNT = (
    r"'^(?:usd|us|eur|gbp)? ?[$€£¥]? ?(\d[\d,]{0,17}(?:\.\d{1,6})?) ?(thousand|million|billion|mn|bn|k|m|b)?"
    r"(?: ?(?:-|\u2013|to) ?[$€£¥]?\d[\d,]*(?:\.\d+)? ?(thousand|million|billion|mn|bn|k|m|b)?| ?\+)?(?: .*)?$'"
)
_FACTOR = (
    "CASE left(coalesce(part[2], part[3]), 1) WHEN 't' THEN 1000 WHEN 'k' THEN 1000 WHEN 'm' THEN 1000000"
    " WHEN 'b' THEN 1000000000 ELSE 1 END"
)

_WHOLE_DATE = """CASE WHEN :x LIKE '____-__-__' THEN :x WHEN :x LIKE '____-__' THEN :x || '-01'
    WHEN :x LIKE '____' THEN :x || '-01-01'
    WHEN :x LIKE '____-__-__T_%' OR :x LIKE '____-__-__ _%' THEN left(:x, 10) END"""
_IS_WHOLE = f"btrim({_WHOLE_DATE}, '0123456789-') = '' AND ascii(:x) IN (49, 50)"


def _date(*, is_end: bool) -> str:
    return f"""CASE WHEN {_IS_WHOLE}
            THEN CASE WHEN pg_input_is_valid({_WHOLE_DATE}, 'date') THEN ({_WHOLE_DATE})::date END
        ELSE {date_of(is_end=is_end)} END"""


def _precision(*, is_end: bool) -> str:
    return f"""CASE WHEN octet_length(:x) = 4 THEN 1 WHEN :x LIKE '____-__' THEN 2 WHEN :x LIKE '____-__-__%' THEN 3
        ELSE (length({iso_of(is_end=is_end)}) - 1) / 3 END"""


# The day says nothing, and the first or last day of a year stands for the year.
_FILLED_IN = "CASE WHEN length(:x) = 4 OR substr(:x, 5, 6) IN ('-01-01', '-12-31') THEN 1 ELSE 2 END"


def _filled_in_precision(*, is_end: bool) -> str:
    return f"""CASE WHEN {_IS_WHOLE} THEN {_FILLED_IN}
        ELSE (SELECT {_FILLED_IN.replace(":x", "told")} FROM (SELECT {iso_of(is_end=is_end)} AS told) AS made) END"""


_LINKEDIN = f"split_part(split_part(split_part(split_part({_LOWER}, :at, 2), '/', 1), '?', 1), '#', 1)"

_SENIORITIES = {
    "founder": ("founder", "co-founder", "cofounder"),
    "owner": ("owner",),
    "c_suite": ("c_suite", "c suite", "c-suite", "cxo", "c-level", "executive"),
    "partner": ("partner",),
    "vp": ("vp", "vice president", "vice_president"),
    "head": ("head",),
    "director": ("director",),
    "manager": ("manager",),
    "senior": ("senior",),
    "entry": ("entry", "entry level", "junior"),
    "intern": ("intern", "training", "trainee", "unpaid"),
}

NOTHING = "('unknown', 'n/a', 'na', 'none', 'null', 'nil', '-', '--', '?', 'funding unknown', 'not available')"
"""Words that say there is nothing; a number or a date that reads so is absent, not unreadable."""


def _seniority() -> str:
    branches = [
        f"WHEN {', '.join(repr(word) for word in words)} THEN {level!r}"
        for level, listed in _SENIORITIES.items()
        for words in [(word,) for word in listed]
    ]
    return f"CASE {_LOWER} {' '.join(branches)} END"


def size_of(amount: str) -> str:
    """Return the SQL of the band that a head count (an integer expression) falls into."""
    return f"(ARRAY{_SIZES!r})[width_bucket({amount}, ARRAY[0, 11, 51, 201, 501, 1001, 5001, 10001])]"


KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.TEXT: _PLAIN,
        Kind.TOLD: "left(:x, 500)",
        Kind.NAME: _READABLE,
        Kind.PLACE: _READABLE,
        Kind.LABEL: f"CASE WHEN NOT {_NESTED} THEN left({_LOWER}, {_LONGEST}) END",
        Kind.SENIORITY: _seniority(),
        Kind.EMAIL: rf"""CASE WHEN octet_length(:x) <= 254 AND :x ~ '^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s.,;<>"]{{2,}}$'
            THEN {_LOWER} END""",
        Kind.PERSON_LINKEDIN: rf"""CASE WHEN {_LOWER} LIKE '%linkedin.com/in/_%'
            THEN 'https://www.linkedin.com/in/' || left({_LINKEDIN.replace(":at", "'linkedin.com/in/'")}, 200)
            WHEN {_LOWER} LIKE '%linkedin.com/_%'
            THEN 'https://www.linkedin.com/' || left(substring(:x from '(?i)linkedin\.com/([^?#\s]+)'), 200)
            WHEN :x ~ '^[\w%-]{{3,100}}$' THEN 'https://www.linkedin.com/in/' || {_LOWER} END""",
        Kind.COMPANY_LINKEDIN: rf"""left(CASE
            WHEN {_LOWER} LIKE '%linkedin.com/company/_%' THEN {_LINKEDIN.replace(":at", "'linkedin.com/company/'")}
            WHEN {_LOWER} LIKE '%linkedin.com/school/_%' THEN {_LINKEDIN.replace(":at", "'linkedin.com/school/'")}
            WHEN {_LOWER} LIKE '%linkedin.com/showcase/_%' THEN {_LINKEDIN.replace(":at", "'linkedin.com/showcase/'")}
            WHEN :x ~ '^[\w%&.-]+$' AND {_LOWER} NOT LIKE '%linkedin.com%' THEN {_LOWER} END, 200)""",
        Kind.INTEGER: rf"""CASE WHEN {_DIGITS} THEN CASE WHEN octet_length(:x) <= 9 THEN :x::integer END
            WHEN :x ~ '^\d{{1,9}}\.0+$' THEN :x::numeric::integer
            WHEN :x ~ '^\d{{1,3}}(,\d{{3}}){{1,2}}$' THEN replace(:x, ',', '')::integer END""",
        Kind.YEAR: rf"""CASE WHEN {_DIGITS} THEN CASE WHEN :x::text COLLATE "C" BETWEEN '1500' AND '2099'
            AND octet_length(:x) = 4 THEN :x::smallint END
            WHEN :x ~ '^(1[5-9]|20)\d\d\.0+$' THEN left(:x, 4)::smallint END""",
        Kind.SIZE: rf"""CASE WHEN {_DIGITS} THEN CASE WHEN octet_length(:x) <= 9 THEN {size_of(":x::integer")} END
            WHEN :x ~ '^\d[\d,]{{0,8}}(\.0+)?($|\s*(-|\u2013|to|\+|employees))'
            THEN {size_of("replace(substring(:x from '^[0-9,]+'), ',', '')::integer")} END""",
        Kind.MONEY: f"""CASE WHEN {_DIGITS} AND octet_length(:x) <= 17 THEN :x::bigint
            WHEN lower(:x) ~ {_NUMBER} AND :x::numeric < 9e17 THEN round(:x::numeric)::bigint
            ELSE (SELECT CASE WHEN amount.whole < 9e17 THEN amount.whole::bigint END
                  FROM regexp_match(lower(left(:x, 200)), {_AMOUNT}) AS part,
                  LATERAL (SELECT round(replace(part[1], ',', '')::numeric * {_FACTOR}) AS whole) AS amount) END""",
        Kind.DATE: _date(is_end=False),
        Kind.END_DATE: _date(is_end=True),
        Kind.MONTH_DATE: _date(is_end=False),
        Kind.END_MONTH_DATE: _date(is_end=True),
        Kind.TIMESTAMP: "CASE WHEN pg_input_is_valid(:x, 'timestamptz') THEN :x::timestamptz END",
    }
)

PRECISIONS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.DATE: _precision(is_end=False),
        Kind.END_DATE: _precision(is_end=True),
        Kind.MONTH_DATE: _filled_in_precision(is_end=False),
        Kind.END_MONTH_DATE: _filled_in_precision(is_end=True),
    }
)
"""How exact a date is that could be read: 1 year, 2 month, 3 day."""

_ANY_TEXT = frozenset({Kind.TEXT, Kind.TOLD, Kind.NAME, Kind.PLACE, Kind.LABEL, Kind.COMPANY_LINKEDIN})
"""Kinds that no plain text is an error for, though some are left out."""


def value_of(kind: Kind, column: str) -> str:
    """Return the SQL that makes the kind's value of a column holding trimmed text."""
    return KINDS[kind].replace(":x", column)


def precision_of(kind: Kind, column: str) -> str:
    """Return the SQL of a date's precision, 1 to 3; meaningless where the date is NULL."""
    return PRECISIONS[kind].replace(":x", column)


def unreadable(kind: Kind, text: str, value: str) -> str:
    """Return the SQL that tells whether the column `text` holds something of which the kind's `value` is NULL."""
    if kind in _ANY_TEXT:
        return _NESTED.replace(":x", text)
    refused = f"{text} IS NOT NULL AND {value} IS NULL AND lower({text} COLLATE pg_c_utf8) NOT IN {NOTHING}"
    if kind is Kind.INTEGER:
        refused += rf" AND {text} !~ '^\d[\d,.]*\s*(-|\u2013|to|\+)'"
    if kind in PRECISIONS:
        is_end = kind in {Kind.END_DATE, Kind.END_MONTH_DATE}
        refused += f" AND {part_of(text, is_end=is_end)} NOT IN {ONGOING if is_end else EMPTY}"
    return f"({refused})"


def money_range_of(amount: str) -> str:
    """Return the SQL of the band that an amount of money (a bigint expression) falls into."""
    bands = ["under 1M", "1M-10M", "10M-50M", "50M-100M", "100M-500M", "500M-1B", "over 1B"]
    edges = "ARRAY[0, 1000000, 10000000, 50000000, 100000000, 500000000, 1000000000]::bigint[]"
    return f"(ARRAY{bands!r})[width_bucket({amount}, {edges})]"
