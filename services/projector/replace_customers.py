"""Replace customers: a new list takes the place of the old, and every projected job is matched with it."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from services.projector.customer_list import customers_of
from services.projector.filters import AT_CUSTOMER
from services.projector.store import customers, lead_sets, matches, reading
from shared.postgres import Connection, Postgres


async def replace_customers(
    postgres: Postgres, client_id: UUID, rows: Sequence[Mapping[str, str | None]]
) -> dict[str, int]:
    """Do as `replace_customers_in`, in a transaction of its own. Waits for rebuilds at work; they wait for it."""
    async with postgres.tenant(client_id) as connection:
        await customers.lock_customers(connection, client_id)
        return await replace_customers_in(connection, client_id, rows)


async def replace_customers_in(
    connection: Connection, client_id: UUID, rows: Sequence[Mapping[str, str | None]]
) -> dict[str, int]:
    """Store the customers that the rows tell of and match all jobs anew; the caller holds the customers' lock.

    Returns how many customers there are, how many rows told of none or of one told before, how many leads changed
    sides.
    """
    listed = await asyncio.to_thread(customers_of, client_id, rows)
    await reading.prepare(connection)
    await customers.replace_all(connection, client_id, listed)
    changed = await rematch(connection, client_id)
    return {"customers": len(listed), "left_out": len(rows) - len(listed), "leads_changed": changed}


async def rematch(connection: Connection, client_id: UUID) -> int:
    """Match all jobs of the client with its customers; return how many leads changed sides."""
    changed = await matches.rematch(connection, client_id)
    await lead_sets.write_sets(connection, client_id, [AT_CUSTOMER])
    return changed
