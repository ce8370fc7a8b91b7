"""How many leads there are: by kept counts where nothing is asked, by sets where they suffice, else by the leads."""

from collections.abc import Sequence
from uuid import UUID

from services.projector.conditions import Condition
from services.projector.store import lead_sets, leads
from services.projector.store.lead_sets import Members
from services.projector.store.where import Where
from shared.postgres import Connection


async def count_leads(connection: Connection, client_id: UUID, conditions: Sequence[Condition]) -> int:
    """Return how many leads fulfil the conditions."""
    members = members_of(conditions)
    if members is None:
        return await leads.count_leads(connection, Where(client_id, conditions))
    if not members.values:
        return await leads.count_projected(connection, client_id, members.batch_ids)
    return await lead_sets.count_members(connection, client_id, members)


def members_of(conditions: Sequence[Condition]) -> Members | None:
    """Return the conditions as sets, or None if one is on something that no sets are kept of."""
    if not all(each.filter.faceted for each in conditions):
        return None
    batch_ids = next((each.values for each in conditions if each.filter.name == "batch_id"), None)
    return Members(
        values={each.filter: each.values for each in conditions if each.filter.name != "batch_id"},
        batch_ids=None if batch_ids is None else [UUID(batch_id) for batch_id in batch_ids],
    )
