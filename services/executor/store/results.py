"""SQL of what was asked and said: attempts and results, appended many at once, and read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from services.executor.outcome import Outcome
from services.executor.store.chunks import Chunk, ChunkOrder
from services.executor.workflow import Per
from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """The intent to ask about one subject, by the bearer of an order."""

    order: ChunkOrder
    subject_id: UUID
    per: Per
    step: str
    provider: str
    attempt: int
    wait_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What was said about one subject; `payload` is JSON text, None where nothing was said."""

    attempt: Attempt
    provider_version: int
    outcome: Outcome
    detail: str | None
    payload: bytes | None
    call_id: UUID | None
    cost: Decimal
    cost_unit: str
    cost_source: str
    question: UUID | None = None
    origin_id: UUID | None = None


async def insert_attempts(
    connection: Connection, client_id: UUID, attempts: Sequence[Attempt], most_costs: Sequence[Decimal]
) -> list[Attempt]:
    """Insert the intents, each with what it may cost at most; return those that are another run's already.

    An intent of this very run may be there: its commit was told as lost and is tried again.
    """
    keys = (
        [each.order.batch_id for each in attempts],
        [each.order.epoch for each in attempts],
        *_subjects(attempts),
        [each.step for each in attempts],
        [each.provider for each in attempts],
        [each.attempt for each in attempts],
    )
    status = await connection.execute(
        """
        INSERT INTO attempts (client_id, batch_id, epoch, batch_item_id, company_id, step, provider, attempt, reserved,
                              wait_id)
        SELECT $1, intent.*
        FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::smallint[],
                    $9::numeric[], $10::uuid[]) AS intent
        ON CONFLICT DO NOTHING
        """,
        client_id,
        *keys,
        list(most_costs),
        [each.wait_id for each in attempts],
    )
    if status == f"INSERT 0 {len(attempts)}":
        return []
    foreign = await connection.fetch(
        """
        SELECT place FROM attempts
        JOIN unnest($2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::smallint[])
             WITH ORDINALITY AS intent (batch_id, epoch, item_id, company_id, step, provider, attempt, place)
             ON attempts.subject_id = coalesce(intent.item_id, intent.company_id) AND attempts.step = intent.step
            AND attempts.provider = intent.provider AND attempts.attempt = intent.attempt
        WHERE attempts.client_id = $1 AND attempts.epoch <> intent.epoch
        """,
        client_id,
        *keys,
    )
    return [attempts[row["place"] - 1] for row in foreign]


def _subjects(attempts: Sequence[Attempt]) -> tuple[list[UUID | None], list[UUID | None]]:
    """Return the ids of the items and those of the companies, in parallel: of each pair one is None."""
    return (
        [each.subject_id if each.per == "item" else None for each in attempts],
        [each.subject_id if each.per == "company" else None for each in attempts],
    )


def _result_values(results: Sequence[Result]) -> tuple[Any, ...]:
    return (
        [each.attempt.order.batch_id for each in results],
        [each.attempt.order.epoch for each in results],
        *_subjects([each.attempt for each in results]),
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
        [each.question for each in results],
        [each.origin_id for each in results],
    )


async def insert_results(connection: Connection, client_id: UUID, results: Sequence[Result]) -> None:
    """Append the answers. A result that stands already is left alone: the first word on an attempt stays."""
    await connection.execute(
        """
        INSERT INTO enrichment_results (client_id, batch_id, result_id, batch_item_id, company_id, step, provider,
            provider_version, attempt, outcome, detail, json_payload, payload_sha256, call_id,
            cost_amount, cost_unit, cost_source, question, origin_id)
        SELECT $1, batch_id, uuidv7(), item_id, company_id, step, provider, provider_version, attempt, outcome, detail,
               payload, sha256(convert_to(payload::text, 'UTF8')), call_id, cost, cost_unit, cost_source,
               question, origin_id
        FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::integer[],
                    $9::smallint[], $10::text[], $11::text[], $12::jsonb[], $13::uuid[], $14::numeric[], $15::text[],
                    $16::text[], $17::uuid[], $18::uuid[])
            AS said (batch_id, epoch, item_id, company_id, step, provider, provider_version, attempt, outcome,
                     detail, payload, call_id, cost, cost_unit, cost_source, question, origin_id)
        ON CONFLICT DO NOTHING
        """,
        client_id,
        *_result_values(results),
    )


async def insert_late_results(connection: Connection, client_id: UUID, results: Sequence[Result]) -> None:
    """Append answers that came after their attempt was given up: each as an attempt of its own, the next one."""
    await connection.execute(
        """
        WITH late AS (
            SELECT said.*, said.attempt AS answered, 1 + (
                SELECT max(attempts.attempt) FROM attempts
                WHERE attempts.client_id = $1 AND attempts.subject_id = coalesce(said.item_id, said.company_id)
                  AND attempts.step = said.step AND attempts.provider = said.provider
            ) AS next
            FROM unnest($2::uuid[], $3::integer[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::integer[],
                        $9::smallint[], $10::text[], $11::text[], $12::jsonb[], $13::uuid[], $14::numeric[],
                        $15::text[], $16::text[], $17::uuid[], $18::uuid[])
                AS said (batch_id, epoch, item_id, company_id, step, provider, provider_version, attempt, outcome,
                         detail, payload, call_id, cost, cost_unit, cost_source, question, origin_id)
            WHERE NOT EXISTS (SELECT FROM enrichment_results AS known
                              WHERE known.client_id = $1 AND known.call_id = said.call_id
                                AND known.subject_id = coalesce(said.item_id, said.company_id))
        ), intents AS (
            INSERT INTO attempts (client_id, batch_id, epoch, batch_item_id, company_id, step, provider, attempt)
            SELECT $1, batch_id, epoch, item_id, company_id, step, provider, next FROM late
        )
        INSERT INTO enrichment_results (client_id, batch_id, result_id, batch_item_id, company_id, step, provider,
            provider_version, attempt, outcome, detail, json_payload, payload_sha256, call_id,
            cost_amount, cost_unit, cost_source, question, origin_id)
        SELECT $1, batch_id, uuidv7(), item_id, company_id, step, provider, provider_version, next, outcome,
               concat_ws('; ', 'late answer to attempt ' || answered, detail), payload,
               sha256(convert_to(payload::text, 'UTF8')), call_id, cost, cost_unit, cost_source,
               question, origin_id
        FROM late
        """,
        client_id,
        *_result_values(results),
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


async def history_of(connection: Connection, client_id: UUID, subject_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return every attempt about the subjects and its result, the columns NULL where there is none.

    `is_overruled`: somebody decided since to ask again. `wait_id`: the wait that may still bring the answer.
    """
    return await connection.fetch(
        """
        SELECT state.subject_id, state.step, state.provider, state.attempt, state.state, result.json_payload,
               EXISTS (SELECT FROM retried
                       WHERE retried.client_id = $1 AND retried.subject_id = state.subject_id
                         AND retried.step = state.step AND retried.provider = state.provider
                         AND retried.last_attempt >= state.attempt) AS is_overruled,
               (SELECT waits.wait_id FROM waits
                WHERE waits.client_id = $1 AND waits.wait_id = state.wait_id
                  AND (token_sha256 IS NOT NULL
                       OR EXISTS (SELECT FROM wait_calls
                                  WHERE wait_calls.client_id = $1 AND wait_calls.wait_id = waits.wait_id))) AS wait_id
        FROM workflow_states AS state
        LEFT JOIN enrichment_results AS result ON result.client_id = $1 AND result.result_id = state.result_id
        WHERE state.client_id = $1 AND state.subject_id = ANY ($2)
        ORDER BY state.subject_id, state.step, state.attempt
        """,
        client_id,
        subject_ids,
    )
