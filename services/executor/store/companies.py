"""SQL of the companies of a batch: made once from its items, and read with whether they are settled elsewhere."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.executor.store.chunks import Chunk
from shared.postgres import Connection


async def insert_companies(connection: Connection, client_id: UUID, batch_id: UUID) -> int:
    """Insert the distinct companies of the batch's items, and which items are of which; return how many.

    A company is told apart by its domain. A row with a name alone is of the company that goes by this name
    under one domain in the batch, else of a company of its own name.
    """
    made: int = await connection.fetchval(
        """
        WITH told AS (
            SELECT batch_item_id, item_no, input, nullif(lower(input ->> 'company_domain'), '') AS domain,
                   nullif(btrim(regexp_replace(lower(input ->> 'company_name'), '[^[:alnum:]]+', ' ', 'g')), '') AS name
            FROM batch_items WHERE client_id = $1 AND batch_id = $2
        ), sites AS (
            SELECT name, min(domain) AS domain FROM told WHERE domain IS NOT NULL AND name IS NOT NULL
            GROUP BY name HAVING min(domain) = max(domain)
        ), keyed AS MATERIALIZED (
            SELECT told.*, coalesce(told.domain, sites.domain, 'name:' || told.name) AS key
            FROM told LEFT JOIN sites ON told.domain IS NULL AND sites.name = told.name
        ), described AS (
            SELECT DISTINCT ON (key) key, input, min(item_no) OVER (PARTITION BY key) AS first_item
            FROM keyed WHERE key IS NOT NULL ORDER BY key, domain IS NULL, item_no
        ), made AS (
            INSERT INTO companies (client_id, company_id, batch_id, company_no, first_item, company_key, input)
            SELECT $1, uuidv7(), $2, row_number() OVER (ORDER BY first_item), first_item, key, (
                       SELECT coalesce(jsonb_object_agg(field.key, field.value), '{}')
                       FROM jsonb_each(described.input) AS field
                       WHERE starts_with(field.key, 'company_') OR field.key = ANY (
                           '{industry,employees,keywords,technologies,revenue,total_funding,latest_funding,
                             latest_funding_amount,last_raised_at,founded_year,parent_company,apollo_account_id}'))
            FROM described
            RETURNING company_id, company_key
        ), members AS (
            INSERT INTO company_items (client_id, batch_item_id, batch_id, company_id)
            SELECT $1, keyed.batch_item_id, $2, made.company_id FROM keyed JOIN made ON made.company_key = keyed.key
        )
        SELECT count(*) FROM made
        """,
        client_id,
        batch_id,
    )
    return made


async def companies_of(connection: Connection, chunk: Chunk) -> list[asyncpg.Record]:
    """Return the company of each item of the chunk that has one: batch_item_id, company_id, company_no, input, ours.

    `ours`: this chunk has the company's first item, so the chunk is the one to ask about it.
    """
    return await connection.fetch(
        """
        SELECT item.batch_item_id, company.company_id, company.company_no, company.input,
               company.first_item BETWEEN $3 AND $4 AS ours
        FROM batch_items AS item
        JOIN company_items AS member ON member.client_id = $1 AND member.batch_item_id = item.batch_item_id
        JOIN companies AS company ON company.client_id = $1 AND company.company_id = member.company_id
        WHERE item.client_id = $1 AND item.batch_id = $2 AND item.item_no BETWEEN $3 AND $4
        ORDER BY company.company_no
        """,
        chunk.order.client_id,
        chunk.order.batch_id,
        chunk.first_item,
        chunk.last_item,
    )


async def companies_still_asked(connection: Connection, chunk: Chunk, company_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of the companies whose own chunk is not done."""
    rows = await connection.fetch(
        """
        SELECT company.company_id FROM companies AS company
        CROSS JOIN LATERAL (
            SELECT state FROM batch_chunks AS owner
            WHERE owner.client_id = $1 AND owner.batch_id = $2 AND owner.first_item <= company.first_item
            ORDER BY owner.first_item DESC LIMIT 1
        ) AS owner
        WHERE company.client_id = $1 AND company.company_id = ANY ($3) AND owner.state <> 'done'
        """,
        chunk.order.client_id,
        chunk.order.batch_id,
        company_ids,
    )
    return {row["company_id"] for row in rows}
