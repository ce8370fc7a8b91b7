"""Costs of a batch: what was spent on whom, and on each value that stands in the leads.

The two halves belong to two services, so the one that has both serves them: results are the executor's, which values
survived is known by the projection alone.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg

from services.projector.rules import Rules
from services.projector.store import batches, costs, traces
from shared.errors import NotFound
from shared.postgres import Postgres

Spend: TypeAlias = Mapping[tuple[str | None, str], Mapping[str, Decimal]]
"""(step, provider) -> unit -> amount."""


async def count_costs(postgres: Postgres, client_id: UUID, batch_id: UUID) -> dict[str, object]:
    """Return the spend by step and provider, in total, and per surviving value; raises NotFound.

    Until the batch is projected, `fields` is empty.
    """
    async with postgres.tenant(client_id) as connection:
        if await batches.find_batch(connection, client_id, batch_id) is None:
            raise NotFound("You have no batch of this id; GET /batches lists yours.")
        spend = await costs.spend_of(connection, client_id, batch_id)
        projection = await traces.projection_of(connection, client_id, batch_id)
        surviving = await costs.surviving_values(connection, client_id, batch_id)
    return {
        "batch_id": batch_id,
        "total": _summed(spend),
        "steps": [{"step": step, "spend": _summed(rows)} for step, rows in _by(spend, "step").items()],
        "providers": [{"provider": name, "spend": _summed(rows)} for name, rows in _by(spend, "provider").items()],
        "results": [{**row} for row in spend],
        "fields": [] if projection is None else _fields(projection, surviving, _spend(spend)),
    }


def _by(rows: Sequence[asyncpg.Record], column: str) -> dict[Any, list[asyncpg.Record]]:
    grouped: dict[Any, list[asyncpg.Record]] = {}
    for row in rows:
        grouped.setdefault(row[column], []).append(row)
    return grouped


def _summed(rows: Sequence[asyncpg.Record]) -> dict[str, Decimal]:
    """Return unit -> amount."""
    return {unit: sum((row["amount"] for row in those), Decimal()) for unit, those in _by(rows, "unit").items()}


def _spend(rows: Sequence[asyncpg.Record]) -> Spend:
    grouped: dict[tuple[str | None, str], list[asyncpg.Record]] = {}
    for row in rows:
        grouped.setdefault((row["step"], row["provider"]), []).append(row)
    return {told: _summed(those) for told, those in grouped.items()}


def _fields(projection: asyncpg.Record, surviving: Sequence[asyncpg.Record], spend: Spend) -> list[dict[str, object]]:
    names = Rules.model_validate(projection["document"]).fields
    return [
        {
            "field": names[field_no - 1],
            "values": sum(row["leads"] for row in rows),
            "sources": [_source(row, projection["sources"], spend) for row in rows],
        }
        for field_no, rows in _by(surviving, "field_no").items()
    ]


def _source(row: asyncpg.Record, sources: Sequence[Mapping[str, Any]], spend: Spend) -> dict[str, object]:
    """Return who told so many of a field's values, and what each of them cost if all was spent on this field."""
    if row["origin"] >= len(sources):
        return {"step": None, "provider": "work history", "values": row["leads"], "spend_per_value": {}}
    source = sources[row["origin"]]
    amounts = spend.get((source["step"], source["provider"]), {})
    return {
        "step": source["step"],
        "provider": source["provider"],
        "values": row["leads"],
        "spend_per_value": {unit: round(amount / row["leads"], 4) for unit, amount in amounts.items()},
    }
