"""Addresses, written as they were ranked."""

from collections.abc import Sequence
from uuid import UUID

from shared.postgres import Connection


async def write_addresses(connection: Connection, client_id: UUID, batch_id: UUID, *, providers: Sequence[str]) -> None:
    """Write the tellings of addresses; `providers` names each source by source_no."""
    await connection.execute(
        """
        INSERT INTO lead_emails (
            client_id, batch_item_id, email_no, batch_id, email, verdict, verifies, is_chosen, provider, result_id,
            json_path, told_at)
        SELECT $1, batch_item_id, email_no, $2, email, coalesce(verdict, 'unknown'), verifies, email_no = 1,
               ($3::text[])[source_no + 1], result_id, json_path, told_at
        FROM addresses
        ORDER BY batch_item_id, email_no
        """,
        client_id,
        batch_id,
        list(providers),
    )
