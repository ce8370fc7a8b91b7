"""Facets: how many leads each value of a filter has, under the other filters."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.projector.conditions import Condition, conditions_of
from services.projector.count_leads import members_of
from services.projector.filter import Filter
from services.projector.filters import FACETED
from services.projector.store import facets, lead_sets
from services.projector.store.where import Where
from shared.postgres import Connection, Postgres

_MANY = 20_000
"""Fewer leads than this are read and counted themselves; of more, the sets are."""


async def count_facets(
    postgres: Postgres, client_id: UUID, asked: Mapping[str, Sequence[object]], *, names: Sequence[str], limit: int
) -> dict[str, object]:
    """Return `facets`: for each filter named (all, if none) its `limit` most frequent values with their leads.

    A filter does not narrow its own facet: the values beside the one chosen are what a reader wants to see. Under
    filters that let many leads through, a value that few leads of its batch have at all may not be listed.
    """
    wanted = [each for each in FACETED if not names or each.name in names]
    counted: dict[str, list[dict[str, Any]]] = {each.name: [] for each in wanted}
    async with postgres.tenant(client_id) as connection:
        conditions = await conditions_of(connection, client_id, asked)
        for group in _groups(wanted, conditions):
            under = [each for each in conditions if each.filter not in group]
            for row in await _count(connection, client_id, group, under, limit):
                counted[row["name"]].append({"value": row["value"], "leads": row["leads"]})
    flags = {each.name for each in wanted if each.type is bool}
    return {"facets": {name: _as_flags(values) if name in flags else values for name, values in counted.items()}}


async def _count(
    connection: Connection, client_id: UUID, group: Sequence[Filter], under: Sequence[Condition], limit: int
) -> list[asyncpg.Record]:
    """Return the values of the filters, counted under the conditions in the way that is quickest for them."""
    names, members = [each.name for each in group], members_of(under)
    if members is not None and not members.values:
        return await lead_sets.count_all_by_value(
            connection, client_id, names=names, batch_ids=members.batch_ids, limit=limit
        )
    if members is not None and await lead_sets.count_members(connection, client_id, members) > _MANY:
        return await lead_sets.count_by_sets(connection, client_id, members, names=names, limit=limit)
    return await facets.count_by_values(connection, Where(client_id, under), group, limit)


def _as_flags(values: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "value": each["value"] == "true"} for each in values]


def _groups(wanted: Sequence[Filter], conditions: Sequence[Condition]) -> list[list[Filter]]:
    """Return filters that are counted together: those not asked for stand under the same conditions."""
    asked = {each.filter.name for each in conditions}
    together = [each for each in wanted if each.name not in asked]
    return [*([together] if together else []), *([each] for each in wanted if each.name in asked)]
