"""The events: what happened, told thinly (ids and counts, never rows), as CloudEvents 1.0.

CloudEvents allows only lower-case letters and digits in attribute names, so the extensions are `clientid`
and `batchid`; the data repeats them under the names the API uses.
"""

from datetime import UTC, datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class EventData(BaseModel):
    """What an event says; each subclass names its type."""

    model_config = ConfigDict(frozen=True)
    type: ClassVar[str]

    client_id: UUID


class BatchEventData(EventData):
    """What an event says of one batch."""

    batch_id: UUID


class UploadReceived(EventData):
    """An upload is stored, each of its records accounted for."""

    type = "upload.received"
    upload_id: UUID
    source: str
    rows: int
    problems: int
    sha256: str


class BatchLaunched(BatchEventData):
    """A batch and its items exist and wait for execution."""

    type = "batch.launched"
    upload_id: UUID
    workflow: str
    items: int


class BatchProgressed(BatchEventData):
    """Counts of a running batch; at most one a second and batch."""

    type = "batch.progressed"
    counts: dict[str, int]


class BatchCompleted(BatchEventData):
    """Every item of the batch is finished; `completion` counts the completions of this batch from 1.

    `state` is the batch's: a batch that was cancelled, or failed, is finished too once its items are.
    """

    type = "batch.completed"
    completion: int
    state: Literal["completed", "cancelled", "failed"] = "completed"
    counts: dict[str, int]
    seal: str


class BatchPaused(BatchEventData):
    """The batch makes no more calls until it is resumed; the reason says why."""

    type = "batch.paused"
    reason: str


class BatchResumed(BatchEventData):
    """A paused batch goes on; the reason says what it was that it waited for."""

    type = "batch.resumed"
    reason: str


class BatchCancelled(BatchEventData):
    """The batch makes no more calls: on request. `batch.completed` follows when its calls in flight are answered."""

    type = "batch.cancelled"
    reason: str


class BatchFailed(BatchEventData):
    """The batch can't go on; the reason says why and what to do."""

    type = "batch.failed"
    reason: str


class BatchProjected(BatchEventData):
    """The leads of the batch are readable as of this completion."""

    type = "batch.projected"
    completion: int
    leads: int
    jobs: int
    rules: str


class RulesPromoted(EventData):
    """The client's batches are read by these rules from now on: `version` is their name, `rules` their digest."""

    type = "rules.promoted"
    version: str
    rules: str


class RulesApplied(EventData):
    """One more batch is read by the promoted rules (their digest); so many of the client's are waiting."""

    type = "rules.applied"
    rules: str
    waiting: int


EVENT_TYPES: dict[str, type[EventData]] = {
    data.type: data
    for data in (
        UploadReceived,
        BatchLaunched,
        BatchProgressed,
        BatchCompleted,
        BatchPaused,
        BatchResumed,
        BatchCancelled,
        BatchFailed,
        BatchProjected,
        RulesPromoted,
        RulesApplied,
    )
}


class Event(BaseModel):
    """A CloudEvent in the structured JSON form, the same bytes on the bus, in SSE and in webhooks."""

    model_config = ConfigDict(frozen=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(examples=["/leadledger/ingest"])
    type: str
    time: datetime
    datacontenttype: Literal["application/json"] = "application/json"
    clientid: UUID
    batchid: UUID | None = None
    traceparent: str | None = None
    data: dict[str, object]

    def to_json(self) -> bytes:
        """Return the structured form; absent extensions are left out, as CloudEvents wants it."""
        return self.model_dump_json(exclude_none=True).encode()


def utc_now() -> datetime:
    """Return the time of this process; durable decisions use the database's clock instead."""
    return datetime.now(UTC)
