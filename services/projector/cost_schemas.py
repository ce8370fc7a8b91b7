"""What the API tells of a batch's costs. Amounts are exact decimals, as text."""

from decimal import Decimal
from uuid import UUID

from pydantic import BaseModel, Field

Spend = dict[str, Decimal]
"""Unit -> amount."""

_SPEND = Field(examples=[{"credit": "120"}], description="Unit -> amount")


class StepSpend(BaseModel):
    """What a step of the workflow cost."""

    step: str = Field(examples=["person"])
    spend: Spend = _SPEND


class ProviderSpend(BaseModel):
    """What a provider cost."""

    provider: str = Field(examples=["apollo-bulk-match"])
    spend: Spend = _SPEND


class ResultSpend(BaseModel):
    """The results of a provider in a step, in one unit."""

    step: str = Field(examples=["person"])
    provider: str = Field(examples=["apollo-bulk-match"])
    unit: str = Field(examples=["credit"])
    results: int = Field(examples=[100])
    found: int = Field(examples=[80], description="Results with the outcome ok")
    amount: Decimal = Field(examples=["120"])
    estimated: Decimal = Field(examples=["0"], description="The part that the provider did not tell itself")
    unknown: int = Field(examples=[0], description="Results of which it is not known whether they were charged")


class FieldSource(BaseModel):
    """Who told so many of a field's values."""

    step: str | None = Field(examples=["person"], description="Null: the CSV row or the work history")
    provider: str = Field(examples=["apollo-bulk-match"])
    values: int = Field(examples=[75])
    spend_per_value: Spend = Field(
        examples=[{"credit": "1.6"}],
        description="Unit -> what the provider's results of the step cost, over the values of this field that stand",
    )


class FieldCosts(BaseModel):
    """A field of the leads: how many have a value, and from whom."""

    field: str = Field(examples=["title"])
    values: int = Field(examples=[90])
    sources: list[FieldSource]


class Costs(BaseModel):
    """What a batch cost; `fields` is empty until it is projected."""

    batch_id: UUID
    total: Spend = _SPEND
    steps: list[StepSpend]
    providers: list[ProviderSpend]
    results: list[ResultSpend]
    fields: list[FieldCosts]
