"""The choice policy: which of several values is believed."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from services.projector.rules.fields import FIELDS
from services.projector.rules.reading import Verdict


class EmailPolicy(BaseModel):
    """An address is chosen by its verdict, then by who told it, then by when.

    A verdict by which one may write is believed for a number of days (None: for ever), counted back from the day of
    the facts; after that the address is as good as unknown. One that warns is believed for ever.
    `placeholders` and addresses of a role (`info@...`) are never projected.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdicts: tuple[Verdict, ...]
    order: tuple[str, ...]
    believed_for_days: int | None = Field(None, ge=1)
    placeholders: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Indicators(BaseModel):
    """How many months before the day of the facts count as lately."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    new_in_role_months: int = Field(6, ge=1, le=120)
    recently_funded_months: int = Field(12, ge=1, le=120)


class Policy(BaseModel):
    """Names of readings, the most believed first; one that is not named comes after those that are.

    `not_companies` are normalised names that many people share: no domain is ever inferred from one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: tuple[str, ...]
    fields: dict[str, tuple[str, ...]] = {}
    email: EmailPolicy
    work_history: tuple[str, ...]
    indicators: Indicators = Indicators()
    not_companies: tuple[str, ...] = ()

    @field_validator("fields")
    @classmethod
    def _fields_are_known(cls, fields: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        unknown = sorted(fields.keys() - FIELDS.keys())
        if unknown:
            raise ValueError(f"no such field: {', '.join(unknown)}; there are: {', '.join(FIELDS)}")
        return fields

    def order_of(self, field: str) -> tuple[str, ...]:
        """Return who is believed about a field."""
        return self.fields.get(field, self.order)
