"""The orders leads can be read in, as data: one entry here is a value of `sort`; `-` before it turns it round."""

from dataclasses import dataclass
from typing import Literal

SortType = Literal["text", "date"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """An order by a column and then by the lead's id; what has no value comes last either way. No column: by id."""

    name: str
    column: str | None
    type: SortType = "text"
    description: str


SORTS: tuple[Sort, ...] = (
    Sort(name="added", column=None, description="the order in which the rows were launched"),
    Sort(name="name", column="full_name_key", description="full name"),
    Sort(name="company", column="company_key", description="present employer: its domain if known, else its name"),
    Sort(
        name="job_start",
        column="current_job_started_on",
        type="date",
        description="start of the present job",
    ),
)

DEFAULT_SORT = "-added"

SORT_NAMES = tuple(sign + sort.name for sort in SORTS for sign in ("", "-"))


def sort_of(name: str) -> tuple[Sort, bool]:
    """Return the order of a `sort` value, and whether it is turned round."""
    return next(sort for sort in SORTS if sort.name == name.removeprefix("-")), name.startswith("-")
