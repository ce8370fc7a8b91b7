"""Duplicates among a client's rows."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.ingest.cleaning import Cleaning
from shared.postgres import Connection


async def lock_comparison(connection: Connection, client_id: UUID) -> None:
    """Let one transaction at a time compare a client's uploads."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('ingest.compare ' || $1::text, 0))", str(client_id)
    )


async def list_uncompared(connection: Connection, client_id: UUID, upload_id: UUID) -> Sequence[asyncpg.Record]:
    """Return this upload and those before it that are not compared yet, the oldest first: upload_id, mapping."""
    return await connection.fetch(
        """
        SELECT upload_id, mapping FROM mapped_uploads AS upload
        WHERE client_id = $1 AND upload_id <= $2 AND NOT EXISTS (
            SELECT FROM compared_uploads WHERE client_id = $1 AND compared_uploads.upload_id = upload.upload_id)
        ORDER BY upload_id
        """,
        client_id,
        upload_id,
    )


async def compare_upload(connection: Connection, client_id: UUID, upload_id: UUID, *, identities: Cleaning) -> None:
    """Find the duplicates of one upload; all before it must be compared."""
    await connection.execute(
        "CALL compare_upload($1, $2, $3, $4, $5)",
        client_id,
        upload_id,
        identities.fields,
        identities.columns,
        identities.kinds,
    )


async def forget_comparison(connection: Connection, client_id: UUID, upload_id: UUID) -> None:
    """Have this upload and all behind it compared anew when they are next looked at."""
    of_these = (client_id, upload_id)
    await connection.execute("DELETE FROM compared_uploads WHERE client_id = $1 AND upload_id >= $2", *of_these)
    await connection.execute("DELETE FROM duplicate_rows WHERE client_id = $1 AND upload_id >= $2", *of_these)
    await connection.execute("DELETE FROM row_identities WHERE client_id = $1 AND upload_id >= $2", *of_these)
