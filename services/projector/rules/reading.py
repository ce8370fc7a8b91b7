"""A reading: where a provider's answer holds what a lead is made of."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from services.projector.rules.fields import FIELDS
from services.projector.rules.path import Path, RowsPath

Verdict = Literal["valid", "risky", "catch_all", "do_not_send", "invalid", "unknown", "none"]

Paths = Annotated[tuple[Path, ...], BeforeValidator(lambda given: (given,) if isinstance(given, str) else given)]
"""One path, or several of which the first that finds something counts."""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DateParts(_Document):
    """A date whose year, month and day stand apart."""

    year: Path
    month: Path | None = None
    day: Path | None = None


def _listed(given: object) -> object:
    return (given,) if isinstance(given, str | Mapping) else given


DatePaths = Annotated[tuple[Path | DateParts, ...], BeforeValidator(_listed)]
"""Where a date stands: one place, or several of which the first that finds something counts."""


class VerdictReading(_Document):
    """Where an address's verdict stands and what its values mean, compared without regard to case.

    A value that is not listed is `unknown` and reported, unless `others` says to ignore it.
    """

    path: Path
    values: dict[str, Verdict]
    others: Literal["unknown", "ignore"] = "unknown"


class EmailReading(_Document):
    """An address in the answer, or in each of its `rows`; `verifies` if the provider was asked about it."""

    rows: RowsPath | None = None
    address: Path
    verdict: tuple[VerdictReading, ...] = ()
    told_at: Path | None = None
    verifies: bool = False


class CurrentReading(_Document):
    """Which values say that a job is held now, and which that it is not; any other leaves it open.

    An end date settles it in any case: the job is over.
    """

    path: Paths
    held: tuple[str, ...]
    over: tuple[str, ...] = ()


class WorkHistoryReading(_Document):
    """Rows of the answer that are jobs. `month_dates`: the provider fills in day and month where it knows none.

    Of a range (`Jan 2025 - Present`) `start` takes the beginning and `end` the end.
    """

    rows: RowsPath
    unless: Path | None = Field(None, description="Rows for which this path finds something are not jobs")
    company_name: Paths
    company_domain: Paths = ()
    company_linkedin: Paths = ()
    title: Paths
    start: DatePaths
    end: DatePaths
    current: CurrentReading
    month_dates: bool = False


class Reading(_Document):
    """How the answers of `providers` are read; none of them: the row of the CSV."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,62}$")
    providers: tuple[str, ...]
    when: Path = Field("$", description="An answer for which this finds nothing is a stub and is not read")
    nothing: tuple[str, ...] = Field(
        (),
        description="Texts that stand for nothing in fields and addresses, such as the `true` of a plan without them",
    )
    fields: dict[str, Paths] = {}
    emails: tuple[EmailReading, ...] = ()
    work_history: tuple[WorkHistoryReading, ...] = ()

    @field_validator("fields")
    @classmethod
    def _fields_are_known(cls, fields: dict[str, Paths]) -> dict[str, Paths]:
        unknown = sorted(fields.keys() - FIELDS.keys())
        if unknown:
            raise ValueError(f"no such field: {', '.join(unknown)}; there are: {', '.join(FIELDS)}")
        return fields
