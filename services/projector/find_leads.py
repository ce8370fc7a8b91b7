"""Find leads: a page of what the filters let through, how many there are, and which customers they worked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.projector.conditions import conditions_of
from services.projector.count_leads import count_leads, members_of
from services.projector.cursor import Cursor, read_cursor, write_cursor
from services.projector.sorts import sort_of
from services.projector.store import leads
from services.projector.store.where import Where
from shared.errors import NotFound
from shared.postgres import Connection, Postgres

_FEW = 5_000
"""So many leads are found and sorted sooner than the leads before them in the order are passed over."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What to find: filter name -> alternatives, the order, where to begin, how many; and whether to count all."""

    filters: Mapping[str, Sequence[object]]
    sort: str
    after: str | None
    limit: int
    counted: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class LeadPage:
    """A page; `total` is of all pages (None: not counted), `next` is where the next one begins (None: the last)."""

    leads: Sequence[Mapping[str, Any]]
    total: int | None
    next: str | None


async def find_leads(postgres: Postgres, client_id: UUID, question: Question) -> LeadPage:
    """Return a page; raises BadInput for a cursor that does not fit."""
    after = read_cursor(question.sort, question.after) if question.after else None
    sort, descending = sort_of(question.sort)
    async with postgres.tenant(client_id) as connection:
        conditions = await conditions_of(connection, client_id, question.filters)
        # Counted first, for how many there are tells how they are best found. By sets that costs next to nothing; and
        # what several filters let through together no planner can guess.
        counted = question.counted or len(conditions) > 1 or members_of(conditions) is not None
        total = await count_leads(connection, client_id, conditions) if counted else None
        of_few = total is not None and total <= _FEW
        order = leads.Order(sort=sort, descending=descending, after=after, of_few=of_few)
        rows = await leads.read_page(connection, Where(client_id, conditions), order, question.limit + 1)
        page = await _with_customers(connection, client_id, rows[: question.limit])
    more = len(rows) > question.limit
    return LeadPage(
        leads=page,
        total=total if question.counted else None,
        next=_behind(question.sort, rows[question.limit - 1]) if more else None,
    )


async def _with_customers(
    connection: Connection, client_id: UUID, rows: Sequence[asyncpg.Record]
) -> list[dict[str, Any]]:
    ids = [row["batch_item_id"] for row in rows if row["worked_at_customer"]]
    matches = await leads.matches(connection, client_id, ids) if ids else []
    found: dict[UUID, list[dict[str, Any]]] = {}
    for match in matches:
        found.setdefault(match["batch_item_id"], []).append(
            {name: value for name, value in match.items() if name != "batch_item_id"}
        )
    return [
        {**{name: row[name] for name in leads.COLUMNS}, "customers": found.get(row["batch_item_id"], [])}
        for row in rows
    ]


def _behind(sort: str, row: asyncpg.Record) -> str:
    return write_cursor(sort, Cursor(value=row[leads.ORDER_VALUE], batch_item_id=row["batch_item_id"]))


async def show_lead(postgres: Postgres, client_id: UUID, batch_item_id: UUID) -> dict[str, object]:
    """Return a lead with `work_history`, each job with the customers it was at, and `emails`; raises NotFound."""
    async with postgres.tenant(client_id) as connection:
        row = await leads.find_lead(connection, client_id, batch_item_id)
        if row is None:
            raise NotFound("You have no lead of this id; GET /leads lists yours once their batch is projected.")
        jobs = await leads.work_history(connection, client_id, batch_item_id)
        addresses = await leads.emails(connection, client_id, batch_item_id)
        matches = await leads.matches(connection, client_id, [batch_item_id])
    lead = {name: row[name] for name in leads.COLUMNS}
    history = [{**job, "customers": _customers_of(job["job_no"], matches)} for job in jobs]
    return {**lead, "work_history": history, "emails": [dict(address) for address in addresses]}


def _customers_of(job_no: int, matches: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
    return [
        {"customer_id": match["customer_id"], "name": match["name"], "tier": match["tier"]}
        for match in matches
        if match["job_no"] == job_no
    ]
