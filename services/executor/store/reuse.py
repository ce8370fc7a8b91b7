"""SQL of reuse: what this client was told before, by the digests of its questions."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def earlier_answers(
    connection: Connection, client_id: UUID, provider: str, questions: Sequence[UUID], *, days: int
) -> list[asyncpg.Record]:
    """Return for each question that was answered within so many days the newest `ok` or `no_match`.

    Columns: question, result_id, provider_version, outcome, json_payload, payload (its text, to the digit),
    created_at. What was itself reused has no digest, so no answer grows older than the days allow.
    """
    return await connection.fetch(
        """
        SELECT DISTINCT ON (question) question, result_id, provider_version, outcome, json_payload,
               json_payload::text AS payload, created_at
        FROM enrichment_results
        WHERE client_id = $1 AND question = ANY ($2) AND provider = $3
          AND created_at > clock_timestamp() - make_interval(days => $4)
        ORDER BY question, created_at DESC
        """,
        client_id,
        questions,
        provider,
        days,
    )
