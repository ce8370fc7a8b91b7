"""What the executor's API takes and gives."""

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ItemResult(BaseModel):
    """One attempt about an item or its company, and what was said."""

    company_id: UUID | None = Field(None, description="Asked about the company, and shared by all its people")
    step: str = Field(examples=["history"])
    provider: str = Field(examples=["pdl-bulk"])
    attempt: int = Field(examples=[1], description="0 for a step that was not tried")
    outcome: str = Field(examples=["ok"], description="`started` while no answer is there")
    detail: str | None = None
    started_at: datetime | None
    answered_at: datetime | None
    result_id: UUID | None
    provider_version: int | None
    json_payload: Any = None
    payload_sha256: str | None
    cost_amount: Decimal | None
    cost_unit: str | None
    cost_source: str | None
    call_id: UUID | None


class ItemResults(BaseModel):
    """The audit trail of one item."""

    batch_id: UUID
    batch_item_id: UUID
    results: list[ItemResult]


class CallSummary(BaseModel):
    """The HTTP exchange behind a result. The request is as sent, less its secrets."""

    call_id: UUID
    method: str = Field(examples=["POST"])
    url: str
    request_body: Any = None
    request_sha256: str
    status: int | None
    headers: dict[str, str]
    answer_bytes: int
    error: str | None
    called_at: datetime
    milliseconds: int


class Result(BaseModel):
    """One answer as it was appended, with its call."""

    result_id: UUID
    batch_id: UUID
    batch_item_id: UUID | None
    company_id: UUID | None
    step: str
    provider: str
    provider_version: int
    attempt: int
    outcome: str
    detail: str | None
    json_payload: Any = None
    payload_sha256: str | None
    cost_amount: Decimal
    cost_unit: str
    cost_source: str
    created_at: datetime
    call: CallSummary | None


class Verification(BaseModel):
    """Whether a finished batch is as it was sealed."""

    batch_id: UUID
    verified: bool
    seal: str
    recomputed: str
    results: int
    altered: int = Field(description="Payloads that do not fit their own digest")


class Reason(BaseModel):
    """Why a batch is paused or cancelled; `GET /batches/{id}` shows it."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field("by request", min_length=1, max_length=500, examples=["the list is the wrong one"])


class Resume(BaseModel):
    """With what a batch goes on."""

    model_config = ConfigDict(extra="forbid")

    budget: Decimal | None = Field(None, gt=0, examples=["250"], description="In place of the batch's present budget")


class Controlled(BaseModel):
    """A batch after a command."""

    batch_id: UUID
    state: str = Field(examples=["paused"])


class RetryInput(BaseModel):
    """What is asked again: the failed, the unknown (which may be charged a second time), or either of some items."""

    model_config = ConfigDict(extra="forbid")

    only: Literal["failed", "unknown"] | None = Field(None, examples=["failed"])
    items: list[UUID] | None = Field(None, min_length=1, max_length=10_000, description="Ids of batch items")

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.only is None and self.items is None:
            raise ValueError("give `only` (failed or unknown), or `items`, or both")
        return self


class Retried(Controlled):
    """A batch after a retry."""

    retry_id: UUID = Field(description="The recorded decision")
    questions: int = Field(description="How many questions are asked again")


class ProviderResumed(BaseModel):
    """A provider that may be asked again."""

    provider: str = Field(examples=["apollo-bulk-match"])
    resumed: list[UUID] = Field(description="The batches that stood still for it and go on")


class CallbackTaken(BaseModel):
    """What became of a callback."""

    taken: bool = Field(description="False: the same was taken before")
