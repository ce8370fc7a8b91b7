"""Leads, read from the projected tables alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import asyncpg

from services.projector.conditions import Condition
from services.projector.cursor import Cursor
from services.projector.sorts import Sort
from shared.postgres import Connection

COLUMNS = (
    *("batch_item_id", "batch_id", "item_no", "source", "first_name", "last_name", "full_name", "email"),
    *("email_verdict", "linkedin_url", "title", "seniority", "current_job_started_on", "current_job_precision"),
    *("company_name", "company_key", "company_domain", "company_linkedin_url", "industry", "employees", "size"),
    *("revenue", "revenue_range", "total_funding", "funding_range", "founded_year", "city", "state", "country"),
    *("is_new_in_role", "worked_at_customer", "rules"),
)

ORDER_VALUE = "order_value"
"""The column of a page's rows that holds what they are ordered by, as text."""

_LISTED = ", ".join(COLUMNS)

_FORMER_JOB = """batch_item_id IN (
    SELECT job.batch_item_id FROM person_work_history AS job
    WHERE job.client_id = $1 AND job.is_current IS NOT TRUE AND"""


class Where:
    """A WHERE clause and its parameters, $1 being the client. Only pieces written in this service come together."""

    def __init__(self, client_id: UUID, conditions: Sequence[Condition]) -> None:
        self.parameters: list[object] = [client_id]
        self.pieces = ["client_id = $1"]
        former_job = [self._filled(condition) for condition in conditions if condition.filter.of_former_job]
        if former_job:
            self.pieces.append(" ".join([_FORMER_JOB, " AND ".join(former_job), ")"]))
        self.pieces += [self._filled(condition) for condition in conditions if not condition.filter.of_former_job]

    def _filled(self, condition: Condition) -> str:
        places = {}
        for name, array in condition.arrays.items():
            self.parameters.append(list(array))
            places[name] = f"${len(self.parameters)}"
        return condition.sql.format(**places) if places else condition.sql


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """The order of a page, and the lead it begins behind."""

    sort: Sort
    descending: bool
    after: Cursor | None


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
    pieces, parameters = list(where.pieces), list(where.parameters)
    if order.sort.column is not None:
        pieces.append(f"{order.sort.column} IS {'' if without_value else 'NOT '}NULL")
    if order.after is not None:
        pieces.append(_behind(order, column, parameters))
    parameters.append(limit)
    direction = "DESC" if order.descending else "ASC"
    columns = f"{column} {direction}, batch_item_id {direction}" if column else f"batch_item_id {direction}"
    value = f", ({column or 'NULL'})::text AS {ORDER_VALUE}"
    parts = ["SELECT", _LISTED, value, "FROM final_leads WHERE", " AND ".join(pieces), "ORDER BY", columns]
    return await connection.fetch(" ".join([*parts, f"LIMIT ${len(parameters)}"]), *parameters)


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
    query = " ".join(["SELECT count(*) FROM final_leads WHERE", " AND ".join(where.pieces)])
    count: int = await connection.fetchval(query, *where.parameters)
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
