"""What a caller asks for, made into conditions: filters with their texts looked up, ready to be put together."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from services.projector.company_names import normalise_name
from services.projector.company_sites import domain_of
from services.projector.filter import Filter, Lookup
from services.projector.filters import FILTERS
from services.projector.store import lookups
from shared.postgres import Connection

_SEPARATORS = re.compile(r"[\W_]+")
_BEYOND = "\U0010ffff"

Array = Sequence[object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A piece of a WHERE clause with `{name}` for each of its arrays, and the filter it is of.

    `values`: those of the filter's column that it lets through, as text.
    """

    filter: Filter
    sql: str
    arrays: Mapping[str, Array]
    values: Sequence[str]


async def conditions_of(
    connection: Connection, client_id: UUID, asked: Mapping[str, Sequence[object]]
) -> list[Condition]:
    """Return the conditions of what was asked: filter name -> alternatives."""
    return [
        await _condition(connection, client_id, filter_, asked[filter_.name])
        for filter_ in FILTERS
        if asked.get(filter_.name)
    ]


async def _condition(connection: Connection, client_id: UUID, filter_: Filter, given: Sequence[object]) -> Condition:
    if filter_.choices:
        chosen = [filter_.choices[value] for value in dict.fromkeys(given)]
        values = [str(value).lower() for value in dict.fromkeys(given)]
        return Condition(filter=filter_, sql=f"({' OR '.join(chosen)})", arrays={}, values=values)
    arrays = await _look_up(connection, client_id, filter_, given)
    values = [str(value) for value in dict.fromkeys(arrays.get("values", ()))]
    return Condition(filter=filter_, sql=filter_.condition, arrays=arrays, values=values)


async def _look_up(
    connection: Connection, client_id: UUID, filter_: Filter, given: Sequence[object]
) -> Mapping[str, Array]:
    texts = [str(value).strip() for value in given]
    if filter_.lookup is Lookup.NONE:
        return {"values": given}
    if filter_.lookup is Lookup.ANYTHING:
        return await _anything(connection, client_id, texts)
    if filter_.lookup is Lookup.DOMAINS:
        domains = [domain_of(text) or text.lower() for text in texts]
        return {"values": domains, "names": await lookups.company_names_at(connection, client_id, domains)}
    return {"values": await _values(connection, client_id, filter_, texts)}


async def _values(connection: Connection, client_id: UUID, filter_: Filter, texts: Sequence[str]) -> list[str]:
    if filter_.lookup is Lookup.VALUE:
        return await lookups.values_of(connection, client_id, filter_.kind, [text.lower() for text in texts])
    if filter_.lookup is Lookup.WORDS:
        return await _with_words(connection, client_id, filter_.kind, texts)
    names = await _spellings(connection, client_id, texts)
    if filter_.lookup is Lookup.COMPANY_KEYS:
        return await lookups.company_keys_named(connection, client_id, names)
    return names


async def _anything(connection: Connection, client_id: UUID, texts: Sequence[str]) -> Mapping[str, Array]:
    ranges = [_range(text.lower()) for text in texts if text]
    keys = await lookups.company_keys_like(connection, client_id, ranges=ranges)
    return {"values": keys, "lows": [low for low, _ in ranges], "highs": [high for _, high in ranges]}


async def _with_words(connection: Connection, client_id: UUID, kind: str, texts: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in texts:
        words = [word for word in _SEPARATORS.split(text.lower()) if word]
        ranges = [_range(word) for word in words]
        found |= dict.fromkeys(await lookups.values_with_words(connection, client_id, kind, ranges=ranges))
    return list(found)


async def _spellings(connection: Connection, client_id: UUID, names: Sequence[str]) -> list[str]:
    return await lookups.company_names_of(connection, client_id, [normalise_name(name).key for name in names if name])


def _range(beginning: str) -> tuple[str, str]:
    return beginning, beginning + _BEYOND
