"""SQL of what was asked and answered: attempts, calls and results, appended many at once, and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from services.executor.outcome import Outcome
from services.executor.store.chunks import Chunk, ChunkOrder
from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The intent to ask about one item."""

    item_id: UUID
    step: str
    provider: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP exchange as it is stored."""

    call_id: UUID
    step: str
    provider: str
    provider_version: int
    method: str
    url: str
    request_sha256: bytes
    request_body: bytes | None
    status: int | None
    headers: bytes
    answer_bytes: int
    answer_zstd: bytes | None
    error: str | None
    called_at: datetime
    milliseconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was said about one item; `payload` is JSON text, None where nothing was said."""

    attempt: Attempt
    provider_version: int
    outcome: Outcome
    detail: str | None
    payload: bytes | None
    call_id: UUID | None
    cost: Decimal
    cost_unit: str
    cost_source: str


async def insert_attempts(connection: Connection, order: ChunkOrder, attempts: Sequence[Attempt]) -> bool:
    """Insert the intents; False if one of them is another run's already.

    An intent of this very run may be there: its commit was told as lost and is tried again.
    """
    keys = (
        [each.item_id for each in attempts],
        [each.step for each in attempts],
        [each.provider for each in attempts],
        [each.attempt for each in attempts],
    )
    status = await connection.execute(
        """
        INSERT INTO attempts (client_id, batch_id, epoch, batch_item_id, step, provider, attempt)
        SELECT $1, $2, $3, item_id, step, provider, attempt
        FROM unnest($4::uuid[], $5::text[], $6::text[], $7::smallint[]) AS intent (item_id, step, provider, attempt)
        ON CONFLICT DO NOTHING
        """,
        order.client_id,
        order.batch_id,
        order.epoch,
        *keys,
    )
    if status == f"INSERT 0 {len(attempts)}":
        return True
    ours = await connection.fetchval(
        """
        SELECT count(*) FROM attempts
        JOIN unnest($3::uuid[], $4::text[], $5::text[], $6::smallint[]) AS intent (item_id, step, provider, attempt)
             ON attempts.batch_item_id = intent.item_id AND attempts.step = intent.step
            AND attempts.provider = intent.provider AND attempts.attempt = intent.attempt
        WHERE attempts.client_id = $1 AND attempts.epoch = $2
        """,
        order.client_id,
        order.epoch,
        *keys,
    )
    return bool(ours == len(attempts))


async def insert_calls(connection: Connection, order: ChunkOrder, calls: Sequence[Call]) -> None:
    """Append the exchanges; one that is there already stays as it is."""
    await connection.execute(
        """
        INSERT INTO provider_calls (client_id, batch_id, call_id, step, provider, provider_version, method, url,
            request_sha256, request_body, status, headers, answer_bytes, answer_zstd, error, called_at, milliseconds)
        SELECT $1, $2, call.*
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::bytea[],
                    $10::jsonb[], $11::smallint[], $12::jsonb[], $13::integer[], $14::bytea[], $15::text[],
                    $16::timestamptz[], $17::integer[]) AS call
        ON CONFLICT DO NOTHING
        """,
        order.client_id,
        order.batch_id,
        *(
            [getattr(call, name) for call in calls]
            for name in (
                "call_id", "step", "provider", "provider_version", "method", "url", "request_sha256", "request_body",
                "status", "headers", "answer_bytes", "answer_zstd", "error", "called_at", "milliseconds",
            )
        ),
    )  # fmt: skip


def _result_values(order: ChunkOrder, results: Sequence[Result]) -> tuple[Any, ...]:
    return (
        order.client_id,
        order.batch_id,
        [each.attempt.item_id for each in results],
        [each.attempt.step for each in results],
        [each.attempt.provider for each in results],
        [each.provider_version for each in results],
        [each.attempt.attempt for each in results],
        [each.outcome.value for each in results],
        [each.detail for each in results],
        [each.payload for each in results],
        [each.call_id for each in results],
        [each.cost for each in results],
        [each.cost_unit for each in results],
        [each.cost_source for each in results],
    )


async def insert_results(connection: Connection, order: ChunkOrder, results: Sequence[Result]) -> None:
    """Append the answers. A result that stands already is left alone: the first word on an attempt stays."""
    await connection.execute(
        """
        INSERT INTO enrichment_results (client_id, batch_id, result_id, batch_item_id, step, provider,
            provider_version, attempt, outcome, detail, json_payload, payload_sha256, call_id,
            cost_amount, cost_unit, cost_source)
        SELECT $1, $2, uuidv7(), item_id, step, provider, provider_version, attempt, outcome, detail, payload,
               sha256(convert_to(payload::text, 'UTF8')), call_id, cost, cost_unit, cost_source
        FROM unnest($3::uuid[], $4::text[], $5::text[], $6::integer[], $7::smallint[], $8::text[], $9::text[],
                    $10::jsonb[], $11::uuid[], $12::numeric[], $13::text[], $14::text[])
            AS said (item_id, step, provider, provider_version, attempt, outcome, detail,
                     payload, call_id, cost, cost_unit, cost_source)
        ON CONFLICT DO NOTHING
        """,
        *_result_values(order, results),
    )


async def insert_late_results(connection: Connection, order: ChunkOrder, results: Sequence[Result]) -> None:
    """Append answers that came after their attempt was given up: each as an attempt of its own, the next one."""
    await connection.execute(
        """
        WITH late AS (
            SELECT said.*, said.attempt AS answered, 1 + (
                SELECT max(attempts.attempt) FROM attempts
                WHERE attempts.client_id = $1 AND attempts.batch_item_id = said.item_id
                  AND attempts.step = said.step AND attempts.provider = said.provider
            ) AS next
            FROM unnest($3::uuid[], $4::text[], $5::text[], $6::integer[], $7::smallint[], $8::text[], $9::text[],
                    $10::jsonb[], $11::uuid[], $12::numeric[], $13::text[], $14::text[])
            AS said (item_id, step, provider, provider_version, attempt, outcome, detail,
                     payload, call_id, cost, cost_unit, cost_source)
            WHERE NOT EXISTS (SELECT FROM enrichment_results AS known
                              WHERE known.client_id = $1 AND known.call_id = said.call_id
                                AND known.batch_item_id = said.item_id)
        ), intents AS (
            INSERT INTO attempts (client_id, batch_id, epoch, batch_item_id, step, provider, attempt)
            SELECT $1, $2, $15, item_id, step, provider, next FROM late
        )
        INSERT INTO enrichment_results (client_id, batch_id, result_id, batch_item_id, step, provider,
            provider_version, attempt, outcome, detail, json_payload, payload_sha256, call_id,
            cost_amount, cost_unit, cost_source)
        SELECT $1, $2, uuidv7(), item_id, step, provider, provider_version, next, outcome,
               concat_ws('; ', 'late answer to attempt ' || answered, detail), payload,
               sha256(convert_to(payload::text, 'UTF8')), call_id, cost, cost_unit, cost_source
        FROM late
        """,
        *_result_values(order, results),
        order.epoch,
    )


async def items_of(connection: Connection, chunk: Chunk) -> list[asyncpg.Record]:
    """Return the chunk's items: batch_item_id, item_no, input."""
    return await connection.fetch(
        """
        SELECT batch_item_id, item_no, input FROM batch_items
        WHERE client_id = $1 AND batch_id = $2 AND item_no BETWEEN $3 AND $4 ORDER BY item_no
        """,
        chunk.order.client_id,
        chunk.order.batch_id,
        chunk.first_item,
        chunk.last_item,
    )


async def history_of(connection: Connection, chunk: Chunk) -> list[asyncpg.Record]:
    """Return every attempt about the chunk's items and its result, the columns NULL where there is none."""
    return await connection.fetch(
        """
        SELECT state.batch_item_id, state.step, state.provider, state.attempt, state.state,
               result.json_payload
        FROM batch_items AS item
        JOIN workflow_states AS state ON state.client_id = $1 AND state.batch_item_id = item.batch_item_id
        LEFT JOIN enrichment_results AS result ON result.client_id = $1 AND result.result_id = state.result_id
        WHERE item.client_id = $1 AND item.batch_id = $2 AND item.item_no BETWEEN $3 AND $4
        ORDER BY state.batch_item_id, state.step, state.attempt
        """,
        chunk.order.client_id,
        chunk.order.batch_id,
        chunk.first_item,
        chunk.last_item,
    )
