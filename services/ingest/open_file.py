"""What an uploaded file says of itself: how it is written, what kind of CSV it is, which column is which field."""

from dataclasses import dataclass

from services.ingest.packed_file import Packing, Table
from services.ingest.reading.dialect import Dialect, DialectChoice, detect_dialect
from services.ingest.reading.limits import ReadingLimits
from services.ingest.reading.records import RecordReader
from services.ingest.sources import SOURCES
from services.ingest.sources.mapping import Mapping, detect_source, map_header
from services.ingest.sources.source import Source
from services.ingest.upload_errors import UnknownSource

_ENOUGH_EVIDENCE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A file whose header is read; `reader` goes on with the records, once."""

    dialect: Dialect
    packing: Packing | None
    reader: RecordReader
    mapping: Mapping
    source_is_detected: bool


def named_source(name: str | None) -> Source | None:
    """Return the source of this name, None for None; raises UnknownSource with those there are."""
    if name is None or name in SOURCES:
        return SOURCES[name] if name else None
    raise UnknownSource(f"There is no source {name!r}; choose one of: {', '.join(SOURCES)}.", sources=list(SOURCES))


def open_file(table: Table, choice: DialectChoice, limits: ReadingLimits, *, source: Source | None) -> OpenFile:
    """Read the header; blocks while a big file's encoding is found. Raises UnreadableFile or UnknownSource."""
    dialect = table.dialect or detect_dialect(table.file, choice)
    reader = RecordReader(table.file, dialect, limits, fast=True)
    return OpenFile(
        dialect=dialect,
        packing=table.packing,
        reader=reader,
        mapping=map_header(source or _detect(reader.header.cells), reader.header.cells),
        source_is_detected=source is None,
    )


def _detect(header: tuple[str, ...]) -> Source:
    source, evidence = detect_source(header)
    if evidence < _ENOUGH_EVIDENCE:
        raise UnknownSource(
            f"The column names don't tell what kind of CSV this is; add ?source= with one of: {', '.join(SOURCES)}.",
            sources=list(SOURCES),
        )
    return source
