"""The filters, and for which of them there is anything to find."""

from typing import get_args
from uuid import UUID

from services.projector.filter import Filter, Lookup
from services.projector.filters import FILTERS
from services.projector.store import facets
from shared.postgres import Connection, Postgres

_EXAMPLES = 3


async def list_filters(postgres: Postgres, client_id: UUID) -> dict[str, object]:
    """Return `filters`: each with its kind, whether the client has data for it, and examples of that."""
    async with postgres.tenant(client_id) as connection:
        return {"filters": [await _described(connection, client_id, each) for each in FILTERS]}


async def _described(connection: Connection, client_id: UUID, each: Filter) -> dict[str, object]:
    examples = await facets.some_values(connection, client_id, each, _EXAMPLES) if each.column else [str(each.example)]
    values = list(get_args(each.type)) or None
    return {
        "name": each.name,
        "kind": _kind(each),
        "description": each.description,
        "values": values,
        "faceted": each.faceted,
        "has_data": bool(examples),
        "examples": [example == "true" for example in examples] if each.type is bool else examples,
    }


def _kind(each: Filter) -> str:
    if each.type is bool:
        return "flag"
    if get_args(each.type):
        return "choice"
    return "value" if each.faceted and each.lookup in {Lookup.NONE, Lookup.VALUE} else "text"
