"""How big a file's parts may be."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ReadingLimits:
    """The sizes past which a file is refused; memory use follows from `max_record_bytes`."""

    max_cell_chars: int = 1_000_000
    max_record_bytes: int = 8_000_000
    max_columns: int = 2_000
    max_records: int = 5_000_000


DEFAULT_LIMITS = ReadingLimits()
