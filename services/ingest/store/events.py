"""The event log as subscribers read it: published events in the one order of their positions."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def last_position(connection: Connection) -> int:
    """Return the position of the newest published event of all clients, 0 if there is none. For the duties' role."""
    position: int = await connection.fetchval("SELECT coalesce(max(position), 0) FROM outbox_publications")
    return position


async def list_published(connection: Connection, *, after: int, limit: int) -> Sequence[asyncpg.Record]:
    """Return events of all clients behind a position, in order. For the duties' role."""
    return await connection.fetch(
        """
        SELECT outbox_publications.position, outbox.*
        FROM outbox_publications JOIN outbox USING (client_id, event_id)
        WHERE outbox_publications.position > $1
        ORDER BY outbox_publications.position LIMIT $2
        """,
        after,
        limit,
    )


async def list_wanted(
    connection: Connection,
    client_id: UUID,
    *,
    after: int,
    batch_id: UUID | None,
    types: Sequence[str],
    limit: int,
) -> Sequence[asyncpg.Record]:
    """Return a client's events behind a position, in order: of one batch if named, of these types if any."""
    return await connection.fetch(
        """
        SELECT outbox_publications.position, outbox.*
        FROM outbox_publications JOIN outbox USING (client_id, event_id)
        WHERE outbox_publications.client_id = $1 AND outbox_publications.position > $2
            AND ($3::uuid IS NULL OR outbox.batch_id = $3)
            AND (cardinality($4::text[]) = 0 OR outbox.type = ANY ($4))
        ORDER BY outbox_publications.position LIMIT $5
        """,
        client_id,
        after,
        batch_id,
        types,
        limit,
    )
