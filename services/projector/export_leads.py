"""Export: every lead that the filters let through, as lines of JSON or CSV.

Read page by page, each in a transaction of its own: memory stays flat however many there are, no transaction is
long, and since a page begins behind the last lead of the one before, rebuilds in between neither repeat nor lose one.
"""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from services.projector.find_leads import Question, find_leads
from services.projector.store.leads import COLUMNS
from shared.postgres import Postgres

_PAGE = 2_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Page = Sequence[Mapping[str, Any]]


async def pages_of(
    postgres: Postgres, client_id: UUID, filters: Mapping[str, Sequence[object]], *, sort: str
) -> AsyncIterator[Page]:
    """Yield the leads, many at a time; if there are none, one empty page."""
    after = None
    while True:
        question = Question(filters=filters, sort=sort, after=after, limit=_PAGE, counted=False)
        found = await find_leads(postgres, client_id, question)
        yield found.leads
        after = found.next
        if after is None:
            return


async def as_jsonl(pages: AsyncIterator[Page]) -> AsyncIterator[bytes]:
    """Yield a line for each lead, as GET /leads has it."""
    async for page in pages:
        yield b"".join(orjson.dumps(lead, default=str, option=orjson.OPT_APPEND_NEWLINE) for lead in page)


async def as_csv(pages: AsyncIterator[Page], *, formula_safe: bool) -> AsyncIterator[bytes]:
    """Yield a header and a line for each lead; the customers it worked at are their names.

    `formula_safe`: a text that a spreadsheet would calculate gets an apostrophe before it.
    """
    header: list[list[str]] = [[*COLUMNS, "customers"]]
    async for page in pages:
        text = io.StringIO()
        csv.writer(text).writerows([*header, *(_cells(lead, formula_safe=formula_safe) for lead in page)])
        yield text.getvalue().encode()
        header = []


def _cells(lead: Mapping[str, Any], *, formula_safe: bool) -> list[object]:
    customers = "; ".join(dict.fromkeys(job["name"] for job in lead["customers"]))
    return [_cell(value, formula_safe=formula_safe) for value in (*(lead[name] for name in COLUMNS), customers)]


def _cell(value: object, *, formula_safe: bool) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    if formula_safe and isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
