"""Which column of a file holds which field: by name, never by position."""

import unicodedata
from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.sources import SOURCES
from services.ingest.sources.source import Field, Source


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A column by its index from 0 and its name as written; `is_known` if the source's files usually have it."""

    index: int
    name: str
    is_known: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Doubt:
    """A column that a user should look at, the field it was taken for, and why to look."""

    index: int
    name: str
    field: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """Where each field stands.

    `fields` has the column of each field that was found; `fallbacks` further columns of the same field, in
    the order in which they fill in where the first is empty; `unmapped` every column that no field takes.
    """

    source: str
    fields: dict[str, int]
    fallbacks: dict[str, tuple[int, ...]]
    unmapped: tuple[Column, ...]
    doubtful: tuple[Doubt, ...]

    def values(self, cells: Sequence[str]) -> dict[str, str]:
        """Return each field's first value that is not blank, as written; fields without one are left out."""
        found: dict[str, str] = {}
        for field, column in self.fields.items():
            for index in (column, *self.fallbacks.get(field, ())):
                if index < len(cells) and cells[index].strip():
                    found[field] = cells[index]
                    break
        return found


def map_header(source: Source, header: Sequence[str]) -> Mapping:
    """Map column names to the source's fields, whatever their case, spacing and punctuation.

    A name that two fields claim goes to the first of them that has no column of its own, and is doubtful.
    """
    keys = [column_key(name) for name in header]
    claims = _claims(source)
    assigned = _assign(keys, claims)
    columns = {field.name: _columns(field, keys, assigned=assigned) for field in source.fields}
    known = {column_key(name) for name in source.other_columns}
    return Mapping(
        source=source.name,
        fields={field: indexes[0] for field, indexes in columns.items() if indexes},
        fallbacks={field: tuple(indexes[1:]) for field, indexes in columns.items() if len(indexes) > 1},
        unmapped=tuple(
            Column(index=index, name=name, is_known=keys[index] in known)
            for index, name in enumerate(header)
            if index not in assigned
        ),
        doubtful=tuple(
            Doubt(index=index, name=header[index], field=field, reason=reason)
            for index, field in sorted(assigned.items())
            if (reason := _doubt(keys, index, claimants=claims[keys[index]]))
        ),
    )


def detect_source(header: Sequence[str]) -> tuple[Source, float]:
    """Return the likeliest source, and from 0 to 1 how much of the header speaks for it."""
    keys = {column_key(name) for name in header} - {""}
    likeliest = max(SOURCES.values(), key=lambda source: _evidence(source, keys))
    return likeliest, _evidence(likeliest, keys)[0]


def column_key(name: str) -> str:
    """Return a column name without case, spaces and punctuation; "" if nothing is left."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(filter(str.isalnum, folded))


def _claims(source: Source) -> dict[str, list[str]]:
    claims: dict[str, list[str]] = {}
    for field in source.fields:
        for alias in field.aliases:
            claims.setdefault(column_key(alias), []).append(field.name)
    return claims


def _assign(keys: Sequence[str], claims: MappingOf[str, Sequence[str]]) -> dict[int, str]:
    """Give each claimed column to a field; those that one field claims come first."""
    assigned: dict[int, str] = {}
    claimed = [index for index, key in enumerate(keys) if key in claims]
    for index in sorted(claimed, key=lambda index: len(claims[keys[index]])):
        claimants = claims[keys[index]]
        taken = set(assigned.values())
        assigned[index] = next((field for field in claimants if field not in taken), claimants[0])
    return assigned


def _columns(field: Field, keys: Sequence[str], *, assigned: MappingOf[int, str]) -> list[int]:
    """Return the field's columns, the one with the preferred name first."""
    aliases = [column_key(alias) for alias in field.aliases]
    indexes = [index for index, name in assigned.items() if name == field.name]
    return sorted(indexes, key=lambda index: (aliases.index(keys[index]), index))


def _doubt(keys: Sequence[str], index: int, *, claimants: Sequence[str]) -> str:
    first = keys.index(keys[index])
    if first != index:
        return f"The same name as column {first + 1}; used where that one is empty."
    if len(claimants) > 1:
        return f"The name may stand for {' or '.join(claimants)}."
    return ""


def _evidence(source: Source, keys: set[str]) -> tuple[float, int, float]:
    """Return the confidence, then what decides between equals: marks, and the share of the source's fields."""
    fields = {column_key(alias) for field in source.fields for alias in field.aliases}
    known = fields | {column_key(name) for name in source.other_columns}
    marks = len(keys & {column_key(name) for name in source.marks})
    coverage = len(keys & known) / len(keys) if keys else 0.0
    # Each mark halves what speaks against the source: an export with forty custom columns is still that export.
    return 1 - (1 - coverage) * 0.5**marks, marks, len(keys & fields) / len(source.fields)
