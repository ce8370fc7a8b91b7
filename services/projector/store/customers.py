"""The client's customer companies."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.projector.customer_list import Customer
from shared.postgres import Connection


async def lock_customers(connection: Connection, client_id: UUID) -> None:
    """Wait until no rebuild of the client is at work, and hold off others until this transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('customers ' || $1::uuid, 0))", client_id)


async def replace_all(connection: Connection, client_id: UUID, listed: Sequence[Customer]) -> None:
    """Put this list in the place of the old one, in its order."""
    await connection.execute("DELETE FROM client_customers WHERE client_id = $1", client_id)
    await connection.execute(
        """
        INSERT INTO client_customers (
            client_id, customer_id, customer_no, name, name_key, other_keys, domain, linkedin)
        SELECT $1, customer_id, customer_no, name, name_key,
               coalesce(string_to_array(nullif(other_keys, ''), E'\\n'), '{}'), domain, linkedin
        FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
            WITH ORDINALITY AS listed (customer_id, name, name_key, other_keys, domain, linkedin, customer_no)
        """,
        client_id,
        [customer.customer_id for customer in listed],
        [customer.name for customer in listed],
        [customer.name_key for customer in listed],
        ["\n".join(customer.other_keys) for customer in listed],
        [customer.domain for customer in listed],
        [customer.linkedin for customer in listed],
    )


async def list_customers(connection: Connection, client_id: UUID, *, after: int, limit: int) -> list[asyncpg.Record]:
    """Return customers in the order of the list, behind the number `after`."""
    return await connection.fetch(
        """
        SELECT customer_id, customer_no, name, domain, linkedin
        FROM client_customers
        WHERE client_id = $1 AND customer_no > $2
        ORDER BY customer_no
        LIMIT $3
        """,
        client_id,
        after,
        limit,
    )
