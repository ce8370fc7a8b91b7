"""Decide a match: the client knows better than the evidence whether a company is its customer."""

from uuid import UUID

from services.projector.replace_customers import rematch
from services.projector.store import customers, reading, verdicts
from shared.auth import Caller
from shared.errors import NotFound
from shared.postgres import Connection, Postgres


async def decide_match(
    postgres: Postgres, caller: Caller, customer_id: UUID, *, company_key: str, verdict: str
) -> dict[str, object]:
    """Keep the verdict and match all jobs anew; return it with how many leads changed sides.

    It outlives rebuilds and new lists, for as long as the customer is told of with the same words. Raises NotFound
    for a customer that is not on the list and for a company that no lead knows.
    """
    client_id = caller.client_id
    async with postgres.tenant(client_id) as connection:
        await customers.lock_customers(connection, client_id)
        await require_customer(connection, client_id, customer_id)
        if not await verdicts.has_company(connection, client_id, company_key):
            raise NotFound("No lead knows a company of this key; GET /customers/{id}/companies gives keys.")
        await verdicts.append_verdict(
            connection, client_id, (customer_id, company_key), verdict=verdict, decided_by=caller.key_id
        )
        await reading.prepare(connection)
        changed = await rematch(connection, client_id)
    return {"company_key": company_key, "verdict": verdict, "leads_changed": changed}


async def require_customer(connection: Connection, client_id: UUID, customer_id: UUID) -> None:
    """Raise NotFound for a customer that is not on the client's list."""
    if not await verdicts.has_customer(connection, client_id, customer_id):
        raise NotFound("You have no customer of this id; GET /customers lists yours.")
