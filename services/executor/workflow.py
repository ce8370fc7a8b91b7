"""The workflow: which steps ask which providers, in which order."""

from pydantic import BaseModel, ConfigDict, Field

from services.executor.document import Name
from services.executor.expression import ExpressionText


class Step(BaseModel):
    """One question. `when` sees `{input, results}`; results hold per step `{outcome, answer}`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["person"])
    provider: Name
    when: ExpressionText | None = None


class Workflow(BaseModel):
    """Ordered steps; a batch keeps the version it was launched with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    version: int = Field(ge=1)
    title: str
    sources: tuple[str, ...] = Field(description="Kinds of CSV it fits")
    default_for: tuple[str, ...] = Field((), description="Kinds of CSV that use it when no workflow is named")
    steps: tuple[Step, ...] = Field(min_length=1)
