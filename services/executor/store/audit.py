"""SQL of the audit trail: what was asked about an item, what was answered, by which call."""

from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def item_exists(connection: Connection, client_id: UUID, batch_id: UUID, item_id: UUID) -> bool:
    """Tell whether the batch of this client has the item."""
    found = await connection.fetchval(
        "SELECT true FROM batch_items WHERE client_id = $1 AND batch_id = $2 AND batch_item_id = $3",
        client_id,
        batch_id,
        item_id,
    )
    return bool(found)


async def results_of_item(connection: Connection, client_id: UUID, item_id: UUID) -> list[asyncpg.Record]:
    """Return every attempt about the item, or about its company, with its result, in the order they happened."""
    return await connection.fetch(
        """
        SELECT state.company_id, state.step, state.provider, state.attempt, state.state AS outcome, state.started_at,
               state.answered_at, result.result_id, result.provider_version, result.detail, result.json_payload,
               result.payload_sha256, result.cost_amount, result.cost_unit, result.cost_source, result.call_id
        FROM workflow_states AS state
        LEFT JOIN enrichment_results AS result ON result.client_id = $1 AND result.result_id = state.result_id
        WHERE state.client_id = $1 AND state.subject_id IN (
            SELECT $2::uuid UNION ALL
            SELECT company_id FROM company_items WHERE client_id = $1 AND batch_item_id = $2)
        ORDER BY coalesce(state.started_at, state.answered_at), state.step, state.attempt
        """,
        client_id,
        item_id,
    )


async def result_with_call(connection: Connection, client_id: UUID, result_id: UUID) -> asyncpg.Record | None:
    """Return a result and the call it came from, or None."""
    return await connection.fetchrow(
        """
        SELECT result.*, call.method, call.url, call.request_body, call.request_sha256, call.status,
               call.headers, call.answer_bytes, call.error, call.called_at, call.milliseconds
        FROM enrichment_results AS result
        LEFT JOIN provider_calls AS call ON call.client_id = $1 AND call.call_id = result.call_id
        WHERE result.client_id = $1 AND result.result_id = $2
        """,
        client_id,
        result_id,
    )


async def answer_of_call(connection: Connection, client_id: UUID, call_id: UUID) -> asyncpg.Record | None:
    """Return the compressed bytes of a call's answer and its content type, or None."""
    return await connection.fetchrow(
        """
        SELECT answer_zstd, headers->>'content-type' AS content_type FROM provider_calls
        WHERE client_id = $1 AND call_id = $2
        """,
        client_id,
        call_id,
    )


async def seal_of_batch(connection: Connection, client_id: UUID, batch_id: UUID) -> asyncpg.Record | None:
    """Return state and stored seal of a batch's run, or None."""
    return await connection.fetchrow(
        "SELECT state, seal FROM batch_runs WHERE client_id = $1 AND batch_id = $2", client_id, batch_id
    )
