"""From which cells a batch item's input is made, and how each is cleaned."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.ingest.sources.source import FIELD_KINDS, Kind
from services.ingest.upload_schemas import MappedColumn


@dataclass(frozen=True, slots=True)
class Cleaning:
    """Parallel lists: a field, a column it may come from, how to clean it; the first with a value is taken."""

    fields: list[str] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)

    def add(self, name: str, source: MappedColumn, kind: Kind) -> None:
        """Let a field come from a mapped column or, where that has no value, from its fallbacks in their order."""
        for column in (source, *source.fallbacks):
            self.fields.append(name)
            self.columns.append(column.column)
            self.kinds.append(kind)


def cleaning_of(mapping: Mapping[str, MappedColumn]) -> Cleaning:
    """Return how to make an input by an upload's mapping; a domain not given comes from the website."""
    cleaning = Cleaning()
    for name, source in mapping.items():
        cleaning.add(name, source, FIELD_KINDS[name])
    if "company_website" in mapping:
        cleaning.add("company_domain", mapping["company_website"], FIELD_KINDS["company_domain"])
    return cleaning
