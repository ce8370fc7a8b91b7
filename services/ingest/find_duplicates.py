"""Find the rows of an upload that repeat an earlier row of the client: same email, LinkedIn page or Apollo id.

Done when first asked for, for uploads before it as well, so that receiving a file costs nothing more.
"""

from collections.abc import Mapping
from uuid import UUID

from services.ingest.cleaning import Cleaning, cleaning_of
from services.ingest.store import duplicates as store
from services.ingest.upload_schemas import MappedColumn
from shared.postgres import Connection

IDENTITIES = ("email", "linkedin_url", "apollo_contact_id")


async def find_duplicates(connection: Connection, client_id: UUID, upload_id: UUID) -> None:
    """Compare an upload, and whatever came before it and was not compared yet."""
    await store.lock_comparison(connection, client_id)
    for row in await store.list_uncompared(connection, client_id, upload_id):
        identities = _identities({name: MappedColumn.model_validate(each) for name, each in row["mapping"].items()})
        await store.compare_upload(connection, client_id, row["upload_id"], identities=identities)


def _identities(mapping: Mapping[str, MappedColumn]) -> Cleaning:
    return cleaning_of({name: column for name, column in mapping.items() if name in IDENTITIES})
