"""What the API takes and gives of matches between companies and customers."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from services.projector.schemas import Tier


class Decision(BaseModel):
    """What is decided about a customer and a company."""

    model_config = ConfigDict(extra="forbid")

    company_key: str = Field(examples=["acme.example"], max_length=600)
    verdict: Literal["confirm", "reject", "withdrawn"] = Field(description="withdrawn: the evidence counts again")


class Decided(Decision):
    """What was decided, and what came of it."""

    leads_changed: int = Field(examples=[3], description="Leads whose worked_at_customer changed")


class MatchedCompany(BaseModel):
    """A company that jobs were at, seen from a customer."""

    company_key: str = Field(examples=["acme.example"])
    company_name: str = Field(examples=["Acme GmbH"])
    tier: Tier | None = Field(description="How it is known to be the customer; null: it does not count as it")
    verdict: Literal["confirm", "reject"] | None
    jobs: int = Field(examples=[12])


class SimilarCompany(BaseModel):
    """A company whose name begins like the customer's; it does not count as it unless it is confirmed."""

    company_key: str = Field(examples=["acme robotics"])
    company_name: str = Field(examples=["Acme Robotics"])


class MatchedCompanies(BaseModel):
    """The companies to review."""

    companies: list[MatchedCompany]
    similar: list[SimilarCompany] = Field(description="Only if asked for")
