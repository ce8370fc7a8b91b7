"""Dates as people and providers write them, as SQL: `:x` is the trimmed text.

Most are ISO dates, which `kinds` reads at once. What else there is comes through here: `August 2025`, `1 Aug 2025`,
`8/2025`, an object of year, month and day, a range such as `Jan 2025 - Present` (with or without its duration) of which
a start is the first part and an end the last. Each becomes the ISO text it amounts to (YYYY, YYYY-MM or YYYY-MM-DD), as
exact as it was told.
"""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

_YEAR = r"(1[5-9]\d\d|20\d\d)"
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"

_ISO = rf"'^{_YEAR}(?:[-/.](\d{{1,2}})(?:[-/.](\d{{1,2}}))?)?(?:[t ]\d.*)?$'"
_WORDED = rf"'^(?:{_DAY}[ .]+)?{_MONTH}[. ,]+(?:{_DAY}[ ,]+)?{_YEAR}$'"
_SLASHED = rf"'^(\d{{1,2}})[/.]{_YEAR}$'"

# A dash alone divides only years; between the parts of an ISO date there are dashes as well.
_DIVIDER = rf"'\s*[\u2013\u2014]\s*|\s+-\s+|\s+to\s+|(?<=\d\d\d\d)-(?=(?:{_YEAR}|[a-z]+)$)'"

_OBJECT = r"""SELECT CASE WHEN month ~ '^\d+$' THEN concat_ws('-', year, month, day)
        ELSE concat_ws(' ', month, year) END
    FROM (
        SELECT nullif(told ->> 'year', '0') AS year, nullif(told ->> 'month', '0') AS month,
            nullif(told ->> 'day', '0') AS day
        FROM (SELECT :x::jsonb AS told) AS given
    ) AS members"""

_IS_OBJECT = "ascii(:x) = 123 AND pg_input_is_valid(:x, 'jsonb')"
_TOLD = f"lower(CASE WHEN {_IS_OBJECT} THEN ({_OBJECT}) ELSE :x END COLLATE pg_c_utf8)"
_PARTS = f"regexp_split_to_array(btrim(split_part(left({_TOLD}, 200), '\u00b7', 1)), {_DIVIDER})"

EMPTY = "('')"
"""What is left of an object without a date."""

ONGOING = "('', 'present', 'current', 'currently', 'now', 'today', 'ongoing', 'to date')"
"""What stands where an end would, of something that has not ended."""


def part_of(column: str, *, is_end: bool) -> str:
    """Return the SQL of the one date in a text: of a range its end or its beginning."""
    place = "cardinality(parts)" if is_end else "1"
    return f"(SELECT btrim(parts[{place}]) FROM (SELECT {_PARTS} AS parts) AS divided)".replace(":x", column)


def iso_of(*, is_end: bool) -> str:
    """Return the SQL of the ISO text that `:x` amounts to; NULL if it is no date. It may name a day that is none."""
    return f"""(SELECT CASE
            WHEN iso IS NOT NULL THEN concat_ws('-', iso[1], lpad(iso[2], 2, '0'), lpad(iso[3], 2, '0'))
            WHEN worded IS NOT NULL THEN concat_ws('-', worded[4],
                lpad(((strpos('{_MONTHS}', worded[2]) + 2) / 3)::text, 2, '0'),
                lpad(coalesce(worded[1], worded[3]), 2, '0'))
            WHEN slashed IS NOT NULL THEN slashed[2] || '-' || lpad(slashed[1], 2, '0') END
        FROM (SELECT {part_of(":x", is_end=is_end)} AS part) AS one,
        LATERAL (SELECT regexp_match(part, {_ISO}) AS iso, regexp_match(part, {_WORDED}) AS worded,
            regexp_match(part, {_SLASHED}) AS slashed) AS matched)"""


def date_of(*, is_end: bool) -> str:
    """Return the SQL of the date that `:x` amounts to, the first of its year or month if it says no more; or NULL."""
    return f"""(SELECT CASE WHEN pg_input_is_valid(left(told || '-01-01', 10), 'date')
        THEN left(told || '-01-01', 10)::date END FROM (SELECT {iso_of(is_end=is_end)} AS told) AS made)"""
