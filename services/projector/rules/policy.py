"""The choice policy: which of several values is believed."""

from pydantic import BaseModel, ConfigDict, field_validator

from services.projector.rules.fields import FIELDS
from services.projector.rules.reading import Verdict


class EmailPolicy(BaseModel):
    """An address is chosen by its verdict, then by who told it, then by when.

    `placeholders` and addresses of a role (`info@...`) are never projected.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdicts: tuple[Verdict, ...]
    order: tuple[str, ...]
    placeholders: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class Policy(BaseModel):
    """Names of readings, the most believed first; one that is not named comes after those that are.

    `not_companies` are normalised names that many people share: no domain is ever inferred from one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    order: tuple[str, ...]
    fields: dict[str, tuple[str, ...]] = {}
    email: EmailPolicy
    work_history: tuple[str, ...]
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
