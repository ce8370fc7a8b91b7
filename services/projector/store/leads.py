"""Leads, read from the projected tables alone."""

# ruff: noqa: S608 - columns and conditions are those of orders and filters, which stand in the code

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import asyncpg

from services.projector.cursor import Cursor
from services.projector.sorts import Sort
from services.projector.store.where import Where
from shared.postgres import Connection

COLUMNS = (
    *("batch_item_id", "batch_id", "item_no", "source", "first_name", "last_name", "full_name", "email"),
    *("email_verdict", "linkedin_url", "title", "seniority", "current_job_started_on", "current_job_precision"),
    *("company_name", "company_key", "company_domain", "company_linkedin_url", "industry", "employees", "size"),
    *("revenue", "revenue_range", "total_funding", "funding_range", "last_funded_on", "founded_year", "city", "state"),
    *("country", "is_new_in_role", "is_recently_funded", "worked_at_customer", "rules"),
)

ORDER_VALUE = "order_value"
"""The column of a page's rows that holds what they are ordered by, as text."""

_LISTED = ", ".join(COLUMNS)


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """The order of a page, and the lead it begins behind.

    `of_few`: few leads fulfil the clause, so they are all found and then sorted. Else the planner may go through the
    leads in their order until enough have turned up: quick, unless there are few, or all of them come last.
    """

    sort: Sort
    descending: bool
    after: Cursor | None
    of_few: bool = False


async def read_page(connection: Connection, where: Where, order: Order, limit: int) -> list[asyncpg.Record]:
    """Return up to `limit` leads: those with a value in the order, and behind them those without."""
    if order.sort.column is None:
        return await _read(connection, where, order, limit=limit)
    rows: list[asyncpg.Record] = []
    if order.after is None or order.after.value is not None:
        rows = await _read(connection, where, order, limit=limit)
        order = replace(order, after=None)
    if len(rows) < limit:
        rows += await _read(connection, where, order, limit=limit - len(rows), without_value=True)
    return rows


async def _read(
    connection: Connection, where: Where, order: Order, *, limit: int, without_value: bool = False
) -> list[asyncpg.Record]:
    """Return the leads of one part: with a value in the order, or without."""
    column = None if without_value else order.sort.column
    pieces, parameters = [], list(where.parameters)
    if order.sort.column is not None:
        pieces.append(f"{order.sort.column} IS {'' if without_value else 'NOT '}NULL")
    if order.after is not None:
        pieces.append(_behind(order, column, parameters))
    parameters.append(limit)
    direction = "DESC" if order.descending else "ASC"
    columns = f"{column} {direction}, batch_item_id {direction}" if column else f"batch_item_id {direction}"
    value = f", ({column or 'NULL'})::text AS {ORDER_VALUE}"
    return await connection.fetch(
        f"""
        WITH found AS {"MATERIALIZED" if order.of_few else "NOT MATERIALIZED"} (
            SELECT * FROM final_leads WHERE {where.text}  -- begins with client_id = $1
        )
        SELECT {_LISTED}{value} FROM found WHERE {" AND ".join(pieces) or "true"}
        ORDER BY {columns} LIMIT ${len(parameters)}
        """,
        *parameters,
    )


def _behind(order: Order, column: str | None, parameters: list[object]) -> str:
    """Return the condition that a lead stands behind the cursor, and add its parameters."""
    assert order.after is not None  # noqa: S101 - asked only then
    sign = "<" if order.descending else ">"
    if column is None:
        parameters.append(order.after.batch_item_id)
        return f"batch_item_id {sign} ${len(parameters)}"
    value = order.after.value
    is_date = order.sort.type == "date" and value is not None
    parameters += [date.fromisoformat(str(value)) if is_date else value, order.after.batch_item_id]
    return f"({column}, batch_item_id) {sign} (${len(parameters) - 1}, ${len(parameters)})"


async def count_leads(connection: Connection, where: Where) -> int:
    """Return how many leads there are behind the clause."""
    count: int = await connection.fetchval(f"SELECT count(*) FROM ({where.leads}) AS lead", *where.parameters)
    return count


async def count_projected(connection: Connection, client_id: UUID, batch_ids: Sequence[UUID] | None) -> int:
    """Return how many leads the batches (None: all) have, as their projections say."""
    count: int = await connection.fetchval(
        """
        SELECT coalesce(sum(leads), 0)::bigint FROM projections
        WHERE client_id = $1 AND ($2::uuid[] IS NULL OR batch_id = ANY ($2::uuid[]))
        """,
        client_id,
        None if batch_ids is None else list(batch_ids),
    )
    return count


async def find_lead(connection: Connection, client_id: UUID, batch_item_id: UUID) -> asyncpg.Record | None:
    """Return a lead with its origins and results."""
    return await connection.fetchrow(
        "SELECT * FROM final_leads WHERE client_id = $1 AND batch_item_id = $2", client_id, batch_item_id
    )


async def work_history(connection: Connection, client_id: UUID, batch_item_id: UUID) -> list[asyncpg.Record]:
    """Return a lead's jobs, those held now first."""
    return await connection.fetch(
        """
        SELECT job_no, company_name, company_key, company_domain, domain_is_inferred, company_linkedin, title,
               start_date, start_precision, end_date, end_precision, is_current, result_id, json_path, other_sources
        FROM person_work_history
        WHERE client_id = $1 AND batch_item_id = $2
        ORDER BY job_no
        """,
        client_id,
        batch_item_id,
    )


async def emails(connection: Connection, client_id: UUID, batch_item_id: UUID) -> list[asyncpg.Record]:
    """Return every telling of a lead's addresses, the chosen one first."""
    return await connection.fetch(
        """
        SELECT email_no, email, verdict, verifies, is_chosen, provider, result_id, json_path, told_at
        FROM lead_emails
        WHERE client_id = $1 AND batch_item_id = $2
        ORDER BY email_no
        """,
        client_id,
        batch_item_id,
    )


async def matches(connection: Connection, client_id: UUID, batch_item_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return which jobs of the leads were at customers, and how we know."""
    return await connection.fetch(
        """
        SELECT match.batch_item_id, match.job_no, match.customer_id, client_customers.name, match.tier,
               job.company_name, job.title, job.start_date, job.end_date, job.is_current
        FROM customer_matches AS match
        JOIN client_customers USING (client_id, customer_id)
        JOIN person_work_history AS job USING (client_id, batch_item_id, job_no)
        WHERE match.client_id = $1 AND match.batch_item_id = ANY ($2::uuid[])
        ORDER BY match.batch_item_id, match.job_no, client_customers.name
        """,
        client_id,
        list(batch_item_ids),
    )
