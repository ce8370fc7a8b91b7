"""What the server answers, as far as the client reads it; fields it does not know are kept as they came."""

from datetime import datetime
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ConfigDict

Lead: TypeAlias = dict[str, Any]
"""One row of the dashboard: every column of `final_leads`, and `batch_item_id` and `batch_id`."""

Document: TypeAlias = dict[str, Any]
"""An answer that is passed on as it came."""


class Answer(BaseModel):
    """A newer server may say more than this client knows."""

    model_config = ConfigDict(frozen=True, extra="allow")


class Upload(Answer):
    """A stored file: `rows` records were kept, `problems` of them with something to look at."""

    upload_id: UUID
    source: str
    filename: str
    bytes: int
    sha256: str
    rows: int
    problems: int
    header: list[str]
    mapping: dict[str, Document]
    unmapped: list[Document]
    doubtful: list[Document] = []
    notices: list[Document] = []
    received_at: datetime


class LaunchedBatch(Answer):
    """A batch that was accepted; it is worked on from now on."""

    batch_id: UUID
    upload_id: UUID
    items: int
    state: str


class Projected(Answer):
    """What stands in the dashboard's tables for a batch, and of which completion it tells."""

    completion: int
    leads: int
    jobs: int
    rules: str


class Batch(Answer):
    """Where a batch stands; `counts` sums to `items`."""

    batch_id: UUID
    upload_id: UUID
    name: str
    state: Literal["launched", "running", "paused", "completed", "cancelled", "failed"]
    reason: str | None = None
    items: int
    counts: dict[str, int]
    completion: int | None = None
    seal: str | None = None
    projected: Projected | None = None

    @property
    def is_readable(self) -> bool:
        """Whether it is completed and its leads stand in the dashboard as of this completion."""
        return self.state == "completed" and self.projected is not None and self.projected.completion == self.completion

    @property
    def is_settled(self) -> bool:
        """Whether nothing more happens to it until somebody acts."""
        return self.is_readable or self.state in {"paused", "cancelled", "failed"}


class Event(Answer):
    """Something that happened; `position` is its place in the log, to go on from."""

    position: int
    type: str
    time: datetime
    data: Document


class Verification(Answer):
    """Whether the digest over the stored results still is the one stored when the batch completed."""

    batch_id: UUID
    verified: bool
    seal: str | None
    recomputed: str | None
    results: int
