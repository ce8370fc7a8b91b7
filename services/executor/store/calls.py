"""SQL of calls: each HTTP exchange, appended with its exact bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One HTTP exchange as it is stored."""

    batch_id: UUID
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


_COLUMNS = (
    "batch_id", "call_id", "step", "provider", "provider_version", "method", "url", "request_sha256", "request_body",
    "status", "headers", "answer_bytes", "answer_zstd", "error", "called_at", "milliseconds",
)  # fmt: skip


async def insert_calls(connection: Connection, client_id: UUID, calls: Sequence[Call]) -> None:
    """Append the exchanges; one that is there already stays as it is."""
    await connection.execute(
        """
        INSERT INTO provider_calls (client_id, batch_id, call_id, step, provider, provider_version, method, url,
            request_sha256, request_body, status, headers, answer_bytes, answer_zstd, error, called_at, milliseconds)
        SELECT $1, call.*
        FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::bytea[],
                    $10::jsonb[], $11::smallint[], $12::jsonb[], $13::integer[], $14::bytea[], $15::text[],
                    $16::timestamptz[], $17::integer[]) AS call
        ON CONFLICT DO NOTHING
        """,
        client_id,
        *([getattr(call, name) for call in calls] for name in _COLUMNS),
    )
