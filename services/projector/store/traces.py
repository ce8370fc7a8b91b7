"""Where a lead came from: its projection, its CSV row, its results and their calls."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def projection_of(connection: Connection, client_id: UUID, batch_id: UUID) -> asyncpg.Record | None:
    """Return the projection of a batch with the document of its rules."""
    return await connection.fetchrow(
        """
        SELECT projections.completion, projections.sources, projections.as_of, projections.projected_at,
               rules.rules, rules.document
        FROM projections
        JOIN rules USING (client_id, rules)
        WHERE projections.client_id = $1 AND projections.batch_id = $2
        """,
        client_id,
        batch_id,
    )


async def csv_row_of(connection: Connection, client_id: UUID, batch_item_id: UUID) -> asyncpg.Record | None:
    """Return the row of the upload that the lead is about, with the upload's mapping."""
    return await connection.fetchrow(
        """
        SELECT batch_items.upload_id, batch_items.row_no, raw_uploads.line_no, raw_uploads.cells, uploads.filename,
               uploads.header, uploads.mapping
        FROM batch_items
        JOIN raw_uploads USING (client_id, upload_id, row_no)
        JOIN uploads USING (client_id, upload_id)
        WHERE batch_items.client_id = $1 AND batch_items.batch_item_id = $2
        """,
        client_id,
        batch_item_id,
    )


async def results_of(connection: Connection, client_id: UUID, batch_item_id: UUID) -> list[asyncpg.Record]:
    """Return every result about the item or its company with its call, but for payloads."""
    return await connection.fetch(
        """
        SELECT result.result_id, result.step, result.provider, result.provider_version, result.attempt, result.outcome,
               result.detail, result.created_at, call.call_id, call.method, call.url, call.status, call.called_at,
               call.request_body
        FROM enrichment_results AS result
        LEFT JOIN provider_calls AS call USING (client_id, call_id)
        WHERE result.client_id = $1 AND result.subject_id IN (
            SELECT $2::uuid UNION ALL
            SELECT company_id FROM company_items WHERE client_id = $1 AND batch_item_id = $2)
        ORDER BY result.created_at, result.result_id
        """,
        client_id,
        batch_item_id,
    )


async def told_about(
    connection: Connection, query: str, ids: tuple[UUID, UUID, UUID], result_ids: Sequence[UUID | None]
) -> list[asyncpg.Record]:
    """Run a compiled query about one item: client, batch, item, and the results that its lead was made of."""
    return await connection.fetch(query, *ids, [result_id for result_id in result_ids if result_id is not None])


async def matches_of(connection: Connection, client_id: UUID, batch_item_id: UUID) -> list[asyncpg.Record]:
    """Return the lead's jobs at customers, how we know, and where the jobs are told."""
    return await connection.fetch(
        """
        SELECT job.job_no, job.company_name, job.title, job.is_current, job.result_id, job.json_path,
               match.customer_id, client_customers.name, match.tier
        FROM customer_matches AS match
        JOIN client_customers USING (client_id, customer_id)
        JOIN person_work_history AS job USING (client_id, batch_item_id, job_no)
        WHERE match.client_id = $1 AND match.batch_item_id = $2
        ORDER BY job.job_no, client_customers.name
        """,
        client_id,
        batch_item_id,
    )
