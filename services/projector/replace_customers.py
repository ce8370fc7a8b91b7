"""Replace customers: a new list takes the place of the old, and every projected job is matched with it."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from services.projector.customer_list import customers_of
from services.projector.filters import AT_CUSTOMER
from services.projector.store import customers, lead_sets, matches, reading
from shared.postgres import Postgres


async def replace_customers(
    postgres: Postgres, client_id: UUID, rows: Sequence[Mapping[str, str | None]]
) -> dict[str, int]:
    """Store the customers that the rows tell of and match all jobs anew, in one transaction.

    Returns how many customers there are, how many rows told of none or of one told before, how many leads changed
    sides. Waits for rebuilds at work; they wait for it.
    """
    listed = customers_of(client_id, rows)
    async with postgres.tenant(client_id) as connection:
        await customers.lock_customers(connection, client_id)
        await reading.prepare(connection)
        await customers.replace_all(connection, client_id, listed)
        changed = await matches.rematch(connection, client_id)
        await lead_sets.write_sets(connection, client_id, [AT_CUSTOMER])
    return {"customers": len(listed), "left_out": len(rows) - len(listed), "leads_changed": changed}
