"""SQL of test calls: the intent before the call, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A test that is about to be made."""

    test_id: UUID
    provider: str
    provider_version: int
    question: bytes
    idempotency_key: str | None
    fingerprint: bytes
    asked_by: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierTest:
    """A test that was begun with the same key; `told` is None while, or because, there is no answer."""

    fingerprint: bytes
    told: Mapping[str, Any] | None


async def insert_intent(connection: Connection, client_id: UUID, intent: Intent) -> bool:
    """Append the intent: the right to make the call; False if the key was used before."""
    inserted = await connection.fetchval(
        """
        INSERT INTO provider_tests (client_id, test_id, provider, provider_version, question, idempotency_key,
                                    fingerprint, asked_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (client_id, idempotency_key) DO NOTHING RETURNING true
        """,
        client_id,
        intent.test_id,
        intent.provider,
        intent.provider_version,
        intent.question,
        intent.idempotency_key,
        intent.fingerprint,
        intent.asked_by,
    )
    return bool(inserted)


async def earlier_test(connection: Connection, client_id: UUID, key: str) -> EarlierTest | None:
    """Return the test that was begun with this key, or None."""
    row = await connection.fetchrow(
        """
        SELECT fingerprint, told
        FROM provider_tests LEFT JOIN provider_test_answers USING (client_id, test_id)
        WHERE client_id = $1 AND idempotency_key = $2
        """,
        client_id,
        key,
    )
    return None if row is None else EarlierTest(**row)


async def insert_answer(
    connection: Connection, client_id: UUID, test_id: UUID, *, told: bytes, answer_zstd: bytes
) -> None:
    """Append what came of a test, with the exact bytes."""
    await connection.execute(
        "INSERT INTO provider_test_answers (client_id, test_id, told, answer_zstd) VALUES ($1, $2, $3, $4)",
        client_id,
        test_id,
        told,
        answer_zstd,
    )
