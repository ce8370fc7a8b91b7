"""Facets: how many leads each value of a filter has, under the other filters."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.projector.conditions import Condition, conditions_of
from services.projector.filter import Filter
from services.projector.filters import FACETED
from services.projector.store import facets
from services.projector.store.leads import Where
from shared.postgres import Postgres


async def count_facets(
    postgres: Postgres, client_id: UUID, asked: Mapping[str, Sequence[object]], *, names: Sequence[str], limit: int
) -> dict[str, object]:
    """Return `facets`: for each filter named (all, if none) its `limit` most frequent values with their leads.

    A filter does not narrow its own facet: the values beside the one chosen are what a reader wants to see.
    """
    wanted = [each for each in FACETED if not names or each.name in names]
    counted: dict[str, list[dict[str, Any]]] = {each.name: [] for each in wanted}
    async with postgres.tenant(client_id) as connection:
        conditions = await conditions_of(connection, client_id, asked)
        for group in _groups(wanted, conditions):
            where = Where(client_id, [each for each in conditions if each.filter not in group])
            for row in await facets.count_by_values(connection, where, group, limit):
                counted[row["name"]].append({"value": row["value"], "leads": row["leads"]})
    flags = {each.name for each in wanted if each.type is bool}
    return {"facets": {name: _as_flags(values) if name in flags else values for name, values in counted.items()}}


def _as_flags(values: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**each, "value": each["value"] == "true"} for each in values]


def _groups(wanted: Sequence[Filter], conditions: Sequence[Condition]) -> list[list[Filter]]:
    """Return filters that are counted together: those not asked for stand under the same conditions."""
    asked = {each.filter.name for each in conditions}
    together = [each for each in wanted if each.name not in asked]
    return [*([together] if together else []), *([each] for each in wanted if each.name in asked)]
