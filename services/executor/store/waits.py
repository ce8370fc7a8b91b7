"""SQL of waits: what was handed over to be answered later, what was told of it since, and whose chunk that wakes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import asyncpg

from services.executor.outcome import Outcome
from services.executor.store.chunks import ChunkOrder
from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A request to be answered later, as it begins."""

    order: ChunkOrder
    wait_id: UUID
    step: str
    provider: str
    provider_version: int
    token_sha256: bytes | None
    expires_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCall:
    """An exchange that belongs to a wait."""

    wait_id: UUID
    call_id: UUID
    kind: Literal["submission", "question", "callback"]
    outcome: Outcome
    follow: str | None = None
    failures: int = 0
    answer_sha256: bytes | None = None


async def insert_waits(connection: Connection, client_id: UUID, waits: Sequence[Wait]) -> None:
    """Write the waits; one that is there already stays."""
    await connection.execute(
        """
        INSERT INTO waits (client_id, wait_id, batch_id, step, provider, provider_version, token_sha256,
                           expires_at)
        SELECT $1, wait_id, batch_id, step, provider, version, token,
               clock_timestamp() + make_interval(secs => seconds)
        FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::integer[], $7::bytea[], $8::float8[])
            AS begun (wait_id, batch_id, step, provider, version, token, seconds)
        ON CONFLICT DO NOTHING
        """,
        client_id,
        [each.wait_id for each in waits],
        [each.order.batch_id for each in waits],
        [each.step for each in waits],
        [each.provider for each in waits],
        [each.provider_version for each in waits],
        [each.token_sha256 for each in waits],
        [each.expires_seconds for each in waits],
    )


async def insert_wait_calls(connection: Connection, client_id: UUID, told: Sequence[WaitCall]) -> int:
    """Append what was told; return how much of it is new: a callback that came before adds nothing."""
    status = await connection.execute(
        """
        INSERT INTO wait_calls (client_id, wait_id, call_id, kind, outcome, follow, failures, answer_sha256)
        SELECT $1, told.*
        FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::smallint[], $8::bytea[]) AS told
        ON CONFLICT DO NOTHING
        """,
        client_id,
        [each.wait_id for each in told],
        [each.call_id for each in told],
        [each.kind for each in told],
        [each.outcome.value for each in told],
        [each.follow for each in told],
        [each.failures for each in told],
        [each.answer_sha256 for each in told],
    )
    return int(status.removeprefix("INSERT 0 "))


async def waits_of(connection: Connection, client_id: UUID, wait_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return how the waits stand: wait_id, expires_in, accepted, follow, failures, asked_ago (seconds, NULL: never)."""
    return await connection.fetch(
        """
        SELECT waits.wait_id, extract(epoch FROM expires_at - clock_timestamp())::float8 AS expires_in,
               coalesce(latest.accepted, false) AS accepted, latest.follow, coalesce(latest.failures, 0) AS failures,
               extract(epoch FROM clock_timestamp() - latest.told_at)::float8 AS asked_ago
        FROM waits
        LEFT JOIN LATERAL (
            SELECT kind = 'question' OR outcome = 'pending' AS accepted, follow, failures, told_at FROM wait_calls
            WHERE wait_calls.client_id = $1 AND wait_calls.wait_id = waits.wait_id AND kind <> 'callback'
            ORDER BY told_at DESC, call_id DESC LIMIT 1
        ) AS latest ON true
        WHERE waits.client_id = $1 AND waits.wait_id = ANY ($2) ORDER BY waits.wait_id
        """,
        client_id,
        wait_ids,
    )


async def callbacks_of(connection: Connection, client_id: UUID, wait_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """Return what was called back and nothing was taken of yet: wait_id, call_id, headers, answer_zstd, called_at.

    In the order it came.
    """
    return await connection.fetch(
        """
        WITH taken AS MATERIALIZED (
            SELECT call_id FROM attempts JOIN enrichment_results USING (client_id, subject_id, step, provider, attempt)
            WHERE client_id = $1 AND wait_id = ANY ($2)
        )
        SELECT wait_id, call_id, headers, answer_zstd, called_at
        FROM wait_calls JOIN provider_calls USING (client_id, call_id)
        WHERE client_id = $1 AND wait_id = ANY ($2) AND kind = 'callback'
          AND call_id NOT IN (SELECT call_id FROM taken WHERE call_id IS NOT NULL)
        ORDER BY told_at, call_id
        """,
        client_id,
        wait_ids,
    )


async def wait_of_token(connection: Connection, client_id: UUID, token_sha256: bytes) -> asyncpg.Record | None:
    """Return the wait whose callback has this token, or None; also one that is over."""
    return await connection.fetchrow(
        """
        SELECT wait_id, batch_id, step, provider, provider_version FROM waits
        WHERE client_id = $1 AND token_sha256 = $2
        """,
        client_id,
        token_sha256,
    )


async def is_known(connection: Connection, client_id: UUID, told: WaitCall) -> bool:
    """Tell whether the same callback came before; another one of the wait has to wait until this is decided."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", str(told.wait_id))
    found = await connection.fetchval(
        """
        SELECT true FROM wait_calls
        WHERE client_id = $1 AND wait_id = $2 AND kind = 'callback' AND answer_sha256 = $3
        """,
        client_id,
        told.wait_id,
        told.answer_sha256,
    )
    return bool(found)


async def wake_chunk(connection: Connection, client_id: UUID, wait_id: UUID) -> None:
    """Have the chunk that waits looked at: now if it is parked, after its present work if it is at work.

    It is found by its items: a chunk may have been split since.
    """
    await connection.execute(
        """
        WITH places AS (
            SELECT attempts.batch_id, coalesce(item.item_no, company.first_item) AS place FROM attempts
            LEFT JOIN batch_items AS item ON item.client_id = $1 AND item.batch_item_id = attempts.batch_item_id
            LEFT JOIN companies AS company ON company.client_id = $1 AND company.company_id = attempts.company_id
            WHERE attempts.client_id = $1 AND attempts.wait_id = $2
        )
        UPDATE batch_chunks
        SET woken = true, run_at = CASE WHEN state = 'queued' THEN clock_timestamp() ELSE run_at END
        WHERE client_id = $1 AND state <> 'done' AND EXISTS (
            SELECT FROM places
            WHERE places.batch_id = batch_chunks.batch_id AND place BETWEEN first_item AND last_item)
          AND batch_chunks.batch_id = (SELECT batch_id FROM waits WHERE waits.client_id = $1 AND waits.wait_id = $2)
        """,
        client_id,
        wait_id,
    )
