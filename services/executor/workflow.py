"""The workflow: which steps ask which providers, in which order."""

from typing import Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.executor.document import Name
from services.executor.expression import ExpressionText

Per: TypeAlias = Literal["item", "company"]


class Step(BaseModel):
    """One question about each item, or about each distinct company of the batch.

    Asked of one provider, or of a waterfall of them in turn until an answer is accepted. `when` sees `{input,
    results}`, `accept` besides the `answer`; results hold for each step before `{outcome, answer, provider}`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,62}$", examples=["person"])
    per: Per = Field("item", description="company: asked once for all items of a company")
    provider: Name | None = None
    waterfall: tuple[Name, ...] | None = Field(None, min_length=2, description="Providers in the order they are asked")
    accept: ExpressionText | None = Field(None, description="Is an answer good enough? If absent: any answer is")
    when: ExpressionText | None = None
    reuse_days: int | None = Field(
        None, ge=1, le=3650, description="Take what a provider answered to the same question within so many days"
    )

    @property
    def providers(self) -> tuple[str, ...]:
        """Return the providers in the order they are asked."""
        return self.waterfall or ((self.provider,) if self.provider else ())

    @model_validator(mode="after")
    def _asks_somebody(self) -> Self:
        if (self.provider is None) == (self.waterfall is None):
            raise ValueError("give either `provider` or `waterfall`")
        if len(set(self.providers)) < len(self.providers):
            raise ValueError("a provider stands in `waterfall` once")
        return self


class Workflow(BaseModel):
    """Ordered steps; a batch keeps the version it was launched with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Name
    version: int = Field(ge=1)
    title: str
    sources: tuple[str, ...] = Field(description="Kinds of CSV it fits")
    default_for: tuple[str, ...] = Field((), description="Kinds of CSV that use it when no workflow is named")
    steps: tuple[Step, ...] = Field(min_length=1)

    @property
    def asks_about_companies(self) -> bool:
        """Tell whether a step is asked per company."""
        return any(step.per == "company" for step in self.steps)


class LaunchedWorkflow(Workflow):
    """A workflow as a batch keeps it: with the version of each provider that it asks."""

    providers: dict[str, int] = Field(default={}, description="A provider that is not there is asked by its newest")
