"""Mappings that owners of uploads chose."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import asyncpg

from shared.postgres import Connection


async def insert_mapping(connection: Connection, client_id: UUID, upload_id: UUID, facts: Mapping[str, object]) -> None:
    """Append a mapping, which is the upload's from now on; `facts` are source, header, mapping and unmapped."""
    await connection.execute(
        """
        INSERT INTO upload_mappings (client_id, upload_id, header_sha256, source, mapping, unmapped, version)
        SELECT $1, $2, sha256(convert_to($3::jsonb::text, 'UTF8')), $4, $5, $6,
               (SELECT count(*) + 1 FROM upload_mappings WHERE client_id = $1 AND upload_id = $2)
        """,
        client_id,
        upload_id,
        *(facts[column] for column in ("header", "source", "mapping", "unmapped")),
    )


async def find_remembered(
    connection: Connection, client_id: UUID, source: str, header: Sequence[str]
) -> asyncpg.Record | None:
    """Return the mapping that was chosen last for a file of this source and header: mapping, unmapped."""
    return await connection.fetchrow(
        """
        SELECT mapping, unmapped FROM upload_mappings
        WHERE client_id = $1 AND source = $2 AND header_sha256 = sha256(convert_to($3::jsonb::text, 'UTF8'))
        ORDER BY chosen_at DESC, version DESC LIMIT 1
        """,
        client_id,
        source,
        list(header),
    )
