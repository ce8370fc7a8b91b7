"""Batches as the API shows them."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

RowNo = Annotated[int, Field(ge=1, le=2**31 - 1)]

BatchState = Literal["launched", "running", "paused", "completed", "cancelled", "failed"]


class ToleratedFailures(BaseModel):
    """How many items may fail; of both limits the stricter counts."""

    model_config = ConfigDict(extra="forbid")

    percent: float | None = Field(None, ge=0, le=100, examples=[5])
    count: int | None = Field(None, ge=0, examples=[100])


class ProviderOverrides(BaseModel):
    """What this batch alone uses of a provider in the place of what is configured. Never a secret."""

    model_config = ConfigDict(extra="forbid")

    variables: dict[str, Annotated[str, Field(max_length=2_000)]] = Field(
        min_length=1, examples=[{"min_likelihood": "6"}]
    )


class BatchOrder(BaseModel):
    """Which rows of an upload to ask about, and how."""

    model_config = ConfigDict(extra="forbid")

    upload_id: UUID = Field(examples=["0199b2a4-8a51-7000-8000-000000000001"])
    workflow: str | None = Field(
        None, description="The default of the upload's source if absent", examples=["apollo-default"]
    )
    name: str | None = Field(
        None, min_length=1, max_length=200, description="The file's name if absent", examples=["June"]
    )
    sample: int | None = Field(
        None, ge=1, description="Only the first so many rows that can be asked about", examples=[10]
    )
    skip_duplicates: bool = Field(
        False, description="Leave out rows that repeat an earlier one of yours: same email, LinkedIn URL or Apollo id"
    )
    budget: Decimal | None = Field(
        None,
        gt=0,
        examples=["100"],
        description="Credits that are never exceeded; before a call that could, the batch pauses",
    )
    tolerated_failures: ToleratedFailures | None = Field(
        None, description="Beyond it the batch has failed, and nothing more is asked"
    )
    overrides: dict[str, ProviderOverrides] = Field(
        {},
        max_length=100,
        description="By provider; needs the scope `providers`, for a variable may say where secrets are sent",
        examples=[{"pdl-enrich": {"variables": {"min_likelihood": "6"}}}],
    )
    rows: list[RowNo] | None = Field(
        None, min_length=1, max_length=100_000, description="Only these rows, flagged ones too", examples=[[1, 2, 5]]
    )


class LaunchAnswer(BaseModel):
    """A batch that waits for execution."""

    batch_id: UUID
    upload_id: UUID
    workflow: str = Field(examples=["apollo-default"])
    items: int = Field(examples=[15])
    state: Literal["launched"] = "launched"


class WorkflowSnapshot(BaseModel):
    """The workflow as it was when the batch was launched."""

    name: str = Field(examples=["apollo-default"])
    version: int = Field(examples=[1])
    providers: dict[str, int] = Field(
        {}, examples=[{"apollo-bulk-match": 1}], description="By which version each is asked"
    )
    steps: list[dict[str, Any]] = Field(examples=[[{"name": "person", "provider": "apollo-bulk-match"}]])


class Counts(BaseModel):
    """Items by state; they always sum to the items of the batch."""

    pending: int = Field(examples=[0])
    running: int = Field(examples=[0])
    succeeded: int = Field(examples=[14])
    no_match: int = Field(examples=[1])
    failed: int = Field(examples=[0])
    unknown: int = Field(examples=[0])
    skipped: int = Field(examples=[0])


class Projected(BaseModel):
    """What of the batch can be read as leads."""

    completion: int = Field(examples=[1])
    leads: int = Field(examples=[15])
    jobs: int = Field(examples=[62])
    rules: str = Field(examples=["default-1"])


class Waiting(BaseModel):
    """A provider that makes the batch wait."""

    provider: str = Field(examples=["apollo-bulk-match"])
    reason: str = Field(examples=["its credits are used up; top them up"])
    until: datetime | None = Field(description="None: until somebody acts")


class Budget(BaseModel):
    """What a batch may spend, what calls in flight may cost, and what is spent."""

    amount: Decimal = Field(examples=["100"])
    reserved: Decimal = Field(examples=["0"])
    spent: Decimal = Field(examples=["61"])


class BatchAnswer(BaseModel):
    """A batch: what was launched, how far it is."""

    batch_id: UUID
    upload_id: UUID
    name: str = Field(examples=["leads.csv"])
    source: str = Field(examples=["apollo"])
    workflow: WorkflowSnapshot
    state: BatchState
    reason: str | None = Field(description="Why it is paused, cancelled or failed")
    overrides: dict[str, ProviderOverrides]
    items: int = Field(examples=[15])
    counts: Counts
    waiting: list[Waiting] = Field(description="Providers that asked for a rest, are out of order, or need help")
    budget: Budget | None
    completion: int = Field(description="How many times it was completed", examples=[1])
    seal: str | None = Field(description="Digest of the results, hexadecimal")
    projected: Projected | None
    launched_at: datetime
    completed_at: datetime | None


class BatchPage(BaseModel):
    """Batches, newest first; `next` goes into `after` for the page behind."""

    batches: list[BatchAnswer]
    next: UUID | None
