"""Take customers: an upload of the source `customers` takes the place of the client's list, once."""

from uuid import UUID

import structlog

from services.projector.replace_customers import replace_customers_in
from services.projector.store import customer_uploads, customers
from shared.postgres import AWAY, Postgres
from shared.telemetry import span

_log = structlog.get_logger()

_AT_ONCE = 20


async def take_customers(postgres: Postgres, client_id: UUID, upload_id: UUID) -> bool:
    """Put the upload's companies in the place of the list; return whether that was done now.

    An upload that was taken up before changes nothing, nor does one that comes after a newer, nor one without a
    company in it: an empty list is given by `PUT /customers`, not by accident.
    """
    async with postgres.tenant(client_id) as connection:
        await customers.lock_customers(connection, client_id)
        if await customer_uploads.is_taken(connection, client_id, upload_id):
            return False
        rows = await customer_uploads.rows_of(connection, client_id, upload_id)
        told = any(value for row in rows for value in row.values())
        if not told or await customer_uploads.is_late(connection, client_id, upload_id):
            await customer_uploads.mark_taken(connection, client_id, upload_id, customers=None)
            return False
        replaced = await replace_customers_in(connection, client_id, rows)
        await customer_uploads.mark_taken(connection, client_id, upload_id, customers=replaced["customers"])
    return True


async def take_missed_customers(postgres: Postgres, *, quiet_seconds: float) -> int:
    """Take up uploads of customers that no message told of; return how many. One that fails is tried again."""
    async with postgres.duties() as connection:
        waiting = await customer_uploads.uploads_to_take(connection, quiet_seconds=quiet_seconds, limit=_AT_ONCE)
    taken = 0
    for client_id, upload_id in waiting:
        with span("take customers", client_id=client_id):
            try:
                taken += await take_customers(postgres, client_id, upload_id)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - one upload must not stop the others
                _log.error("customers can't be taken up", upload_id=str(upload_id), exc_info=error)
    return taken
