"""Verdicts on matches: what the client decided about a customer and a company, and what there is to decide about."""

from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def has_customer(connection: Connection, client_id: UUID, customer_id: UUID) -> bool:
    """Tell whether the customer is on the client's list."""
    there: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM client_customers WHERE client_id = $1 AND customer_id = $2)", client_id, customer_id
    )
    return there


async def has_company(connection: Connection, client_id: UUID, company_key: str) -> bool:
    """Tell whether a company of this key stands in the client's leads."""
    there: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM batch_companies WHERE client_id = $1 AND company_key = $2)", client_id, company_key
    )
    return there


async def append_verdict(
    connection: Connection, client_id: UUID, pair: tuple[UUID, str], *, verdict: str, decided_by: UUID
) -> None:
    """Append what was decided about a customer and a company; the caller holds the customers' lock."""
    await connection.execute(
        """
        INSERT INTO customer_verdicts (client_id, verdict_no, customer_id, company_key, verdict, decided_by)
        SELECT $1, coalesce(max(verdict_no), 0) + 1, $2, $3, $4, $5 FROM customer_verdicts WHERE client_id = $1
        """,
        client_id,
        *pair,
        verdict,
        decided_by,
    )


async def companies_of(connection: Connection, client_id: UUID, customer_id: UUID) -> list[asyncpg.Record]:
    """Return the companies that jobs were at which match the customer, and those a verdict is about.

    With their tier (NULL: no match), the verdict in force, a name and the number of jobs.
    """
    return await connection.fetch(
        """
        WITH matched AS (
            SELECT job.company_key, min(job.company_name) AS company_name, min(match.tier) AS tier,
                   count(*)::integer AS jobs
            FROM customer_matches AS match JOIN person_work_history AS job USING (client_id, batch_item_id, job_no)
            WHERE client_id = $1 AND match.customer_id = $2
            GROUP BY job.company_key
        ), decided AS (
            SELECT DISTINCT ON (company_key) company_key, verdict
            FROM customer_verdicts WHERE client_id = $1 AND customer_id = $2
            ORDER BY company_key, verdict_no DESC
        )
        SELECT company_key, coalesce(matched.company_name, company_key) AS company_name, matched.tier,
               nullif(decided.verdict, 'withdrawn') AS verdict, coalesce(matched.jobs, 0) AS jobs
        FROM matched FULL JOIN decided USING (company_key)
        WHERE matched.tier IS NOT NULL OR decided.verdict <> 'withdrawn'
        ORDER BY jobs DESC, company_key
        """,
        client_id,
        customer_id,
    )


async def similar_companies(
    connection: Connection, client_id: UUID, customer_id: UUID, *, limit: int
) -> list[asyncpg.Record]:
    """Return companies that match the customer by no tier but whose names begin alike: one goes on where one ends.

    They count for nothing until they are confirmed.
    """
    return await connection.fetch(
        """
        WITH named AS (
            SELECT unnest(name_key || other_keys) AS name_key
            FROM client_customers WHERE client_id = $1 AND customer_id = $2
        ), alike AS (
            SELECT company_names.name
            FROM named JOIN company_names ON company_names.client_id = $1
                AND company_names.name_key >= named.name_key || ' ' AND company_names.name_key < named.name_key || '!'
            UNION
            SELECT company_names.name
            FROM named
            CROSS JOIN LATERAL (
                SELECT string_to_array(named.name_key, ' ') AS words
            ) AS split
            CROSS JOIN LATERAL generate_series(1, cardinality(words) - 1) AS number
            JOIN company_names ON company_names.client_id = $1
                AND company_names.name_key = array_to_string(words[:number], ' ')
        )
        SELECT company_key, min(company_name) AS company_name
        FROM alike JOIN batch_companies ON batch_companies.client_id = $1 AND batch_companies.company_name = alike.name
        WHERE NOT EXISTS (
            SELECT FROM customer_matches AS match
            JOIN person_work_history AS job USING (client_id, batch_item_id, job_no)
            WHERE client_id = $1 AND match.customer_id = $2 AND job.company_key = batch_companies.company_key)
        GROUP BY company_key
        ORDER BY company_key
        LIMIT $3
        """,
        client_id,
        customer_id,
        limit,
    )
