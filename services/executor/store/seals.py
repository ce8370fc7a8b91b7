"""SQL of the seal: a digest over every result of a batch, in an order of its own."""

from uuid import UUID

from services.executor.store.chunks import Chunk
from shared.postgres import Connection

# A result's digest covers what was asked, how it ended and the payload's digest; so a payload that was redacted
# under its kept digest still verifies, and a changed outcome does not.


async def seal_chunk(connection: Connection, chunk: Chunk) -> None:
    """Store the digest over the results of a finished chunk: of its items, and of the companies it asked about."""
    await connection.execute(
        """
        UPDATE batch_chunks SET seal = (
            SELECT sha256(coalesce(string_agg(digest, '' ORDER BY place, is_company, step, provider, attempt), ''))
            FROM sealed_results WHERE client_id = $1 AND batch_id = $2 AND place BETWEEN $4 AND $5)
        WHERE client_id = $1 AND batch_id = $2 AND chunk_no = $3
        """,
        chunk.order.client_id,
        chunk.order.batch_id,
        chunk.order.chunk_no,
        chunk.first_item,
        chunk.last_item,
    )


async def seal_batch(connection: Connection, client_id: UUID, batch_id: UUID) -> bytes:
    """Return the digest over the chunks' seals in their order."""
    seal: bytes = await connection.fetchval(
        """
        SELECT sha256(string_agg(seal, '' ORDER BY chunk_no)) FROM batch_chunks
        WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
    )
    return seal


async def recompute_seal(connection: Connection, client_id: UUID, batch_id: UUID) -> tuple[bytes, int, int]:
    """Return the seal computed anew from the results, how many there are, and how many payloads do not fit."""
    row = await connection.fetchrow(
        """
        WITH digest AS (
            SELECT chunk.chunk_no, results.results, results.altered, results.seal
            FROM batch_chunks AS chunk
            CROSS JOIN LATERAL (
                SELECT count(*) AS results,
                       count(*) FILTER (WHERE payload_sha256
                                              <> sha256(convert_to(json_payload::text, 'UTF8'))) AS altered,
                       sha256(coalesce(string_agg(digest, '' ORDER BY place, is_company, step, provider, attempt),
                                       '')) AS seal
                FROM sealed_results
                WHERE client_id = $1 AND batch_id = $2 AND place BETWEEN chunk.first_item AND chunk.last_item
            ) AS results
            WHERE chunk.client_id = $1 AND chunk.batch_id = $2
        )
        SELECT sha256(string_agg(seal, '' ORDER BY chunk_no)) AS seal, sum(results)::integer AS results,
               sum(altered)::integer AS altered
        FROM digest
        """,
        client_id,
        batch_id,
    )
    assert row is not None  # noqa: S101 - an aggregate always gives a row
    return row["seal"], row["results"], row["altered"]
