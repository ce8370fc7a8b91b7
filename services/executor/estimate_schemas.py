"""Estimates as the API takes and gives them."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator


class EstimateOrder(BaseModel):
    """A launch as `POST /batches` would take it; nothing is launched."""

    model_config = ConfigDict(extra="forbid")

    upload_id: UUID
    workflow: str | None = Field(None, examples=["apollo-default"])
    sample: int | None = Field(None, ge=1, examples=[10])
    rows: list[Annotated[int, Field(ge=1)]] | None = Field(None, min_length=1, max_length=100_000)

    @model_validator(mode="after")
    def _one_choice(self) -> "EstimateOrder":
        if self.rows is not None and self.sample is not None:
            raise ValueError("give either `rows` or `sample`, not both")
        return self


class AtLeastAtMost(BaseModel):
    """A number that depends on answers not yet there."""

    least: int = Field(examples=[280])
    most: int = Field(examples=[300])


class ProviderEstimate(BaseModel):
    """What a step would ask of one provider."""

    step: str = Field(examples=["person"])
    per: Literal["item", "company"]
    provider: str = Field(examples=["apollo-bulk-match"])
    configured: bool = Field(description="Every secret it needs is stored; else nothing of this is asked")
    asked: AtLeastAtMost = Field(description="Items, or companies, that can be asked about")
    calls: AtLeastAtMost
    hit_rate: float | None = Field(description="Share of questions answered in your last batches; None: too few yet")
    cost_unit: str = Field(examples=["credit"])
    cost_expected: Decimal | None = Field(description="By the hit rate; None without one", examples=["250"])
    cost_most: Decimal = Field(description="If every question is answered", examples=["300"])


class LaunchEstimate(BaseModel):
    """What a launch would ask, and what that may cost."""

    upload_id: UUID
    workflow: str = Field(examples=["apollo-default"])
    items: int = Field(examples=[300])
    looked_at: int = Field(description="Rows that were looked at; they stand for the others", examples=[300])
    providers: list[ProviderEstimate]
    cost_most: dict[str, Decimal] = Field(description="By unit", examples=[{"credit": "600"}])
