"""What the API takes and gives of test calls."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class TestOrder(BaseModel):
    """About whom a provider is asked."""

    __test__ = False  # for pytest, which would take it for tests
    model_config = ConfigDict(extra="forbid")

    input: dict[str, Any] = Field(
        examples=[{"full_name": "Ada Example", "company_domain": "example.com"}],
        description="The canonical fields, as a batch item has them",
    )
    results: dict[str, Any] = Field({}, description="What earlier steps said: {step: {outcome, answer, provider}}")
    version: int | None = Field(None, ge=1, description="Of the provider's document; the newest if absent")


class TestRequest(BaseModel):
    """The request as it was sent, less its secrets."""

    __test__ = False

    method: str = Field(examples=["POST"])
    url: str
    headers: dict[str, str] = Field(examples=[{"X-Api-Key": "secret:api_key"}])
    body: Any = None


class TestAnswer(BaseModel):
    """What came back."""

    __test__ = False

    status: int | None
    headers: dict[str, str] = Field(description="Those that are kept of a call")
    body: Any = Field(None, description="Null if it was no JSON")
    text: str | None = Field(description="The beginning of an answer that was no JSON")
    bytes: int
    milliseconds: int
    error: str | None


class TestStored(BaseModel):
    """What a batch would store of it."""

    __test__ = False

    json_payload: Any = None
    cost_amount: Decimal
    cost_unit: str
    cost_source: str


class ProviderTest(BaseModel):
    """A test call: what was asked, what came back, what it means."""

    test_id: UUID | None = Field(description="Null if nobody was asked; `detail` says why")
    provider: str = Field(examples=["pdl-enrich"])
    version: int
    shape: str
    outcome: str = Field(examples=["ok"])
    detail: str | None
    request: TestRequest | None
    answer: TestAnswer | None
    stored: TestStored
