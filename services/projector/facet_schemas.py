"""What the API tells of filters and of how many leads each of their values has."""

from typing import Literal

from pydantic import BaseModel, Field


class FacetValue(BaseModel):
    """A value and its leads."""

    value: str | bool = Field(examples=["Germany"])
    leads: int = Field(examples=[120])


class Facets(BaseModel):
    """Leads counted by the values of filters, the most frequent first."""

    facets: dict[str, list[FacetValue]] = Field(
        description="filter -> its values, each with the leads that it and every other filter asked let through"
    )


class FilterData(BaseModel):
    """A filter, and whether there is anything to filter by it."""

    name: str = Field(examples=["country"])
    kind: Literal["flag", "choice", "value", "text"] = Field(
        description="flag: true or false. choice: one of `values`. value: a value as it stands in the data, in any "
        "case; GET /facets counts them. text: what one types."
    )
    description: str
    values: list[str] | None = Field(examples=[["valid", "risky"]], description="All there can be, of a choice")
    faceted: bool = Field(description="GET /facets counts leads by its values")
    has_data: bool
    examples: list[str | bool] = Field(description="Some that your leads have")


class Filters(BaseModel):
    """Every filter of GET /leads."""

    filters: list[FilterData]
