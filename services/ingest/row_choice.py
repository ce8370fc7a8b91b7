"""Which rows of an upload become items of a batch."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RowChoice:
    """Rows from `first` to `last`: those in `rows`, else all that are not blank and no repeated header.

    With `sample`, only the first so many of them that can be asked about; with `skip_duplicates`, without rows that an
    earlier one of the client has an address, a page or an id in common with.
    """

    upload_id: UUID
    first: int
    last: int
    rows: list[int] | None
    sample: int | None
    skip_duplicates: bool = False

    @classmethod
    def of(
        cls, upload_id: UUID, *, total: int, rows: list[int] | None, sample: int | None, skip_duplicates: bool = False
    ) -> Self:
        """Return the choice in an upload of so many rows."""
        chosen = sorted(set(rows)) if rows else None
        return cls(
            upload_id=upload_id,
            first=chosen[0] if chosen else 1,
            last=chosen[-1] if chosen else total,
            rows=chosen,
            sample=sample,
            skip_duplicates=skip_duplicates,
        )
