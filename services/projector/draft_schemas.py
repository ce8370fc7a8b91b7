"""What the API takes and gives of drafts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class DiffPage(BaseModel):
    """Which part of a diff."""

    model_config = ConfigDict(extra="forbid")

    field: str | None = Field(None, max_length=100, description="Only leads in which this field changes")
    after: int = Field(0, ge=0, description="`next` of the page before")
    limit: int = Field(50, ge=1, le=500)


class Side(BaseModel):
    """One of the two that are compared."""

    rules: str = Field(examples=["7af9a009ae84367e"])
    as_of: datetime
    completion: int = Field(examples=[1])


class DiffSummary(BaseModel):
    """The whole diff in numbers."""

    leads_changed: int = Field(examples=[42], description="Leads with another value")
    fields: dict[str, int] = Field(examples=[{"title": 40, "email": 2}], description="Leads per changed field")
    jobs_added: int = Field(examples=[7])
    jobs_removed: int = Field(examples=[3])


class FieldChange(BaseModel):
    """A field's value in both, and why they differ."""

    model_config = ConfigDict(serialize_by_alias=True)

    before: Any = Field(alias="from", examples=["VP Sales"])
    to: Any = Field(examples=["vp of sales"])
    reason: str = Field(examples=["pdl-bulk (step history) is believed about it now, before the CSV row"])


class JobsChange(BaseModel):
    """Jobs that come and go; one that is told differently goes and comes."""

    added: list[dict[str, Any]]
    removed: list[dict[str, Any]]


class LeadChange(BaseModel):
    """A lead that the draft changes."""

    batch_item_id: UUID
    item_no: int = Field(examples=[1])
    full_name: str | None = Field(examples=["Ada Lovelace"])
    fields: dict[str, FieldChange]
    work_history: JobsChange


class Diff(BaseModel):
    """A page of a diff, in the order of the batch's items."""

    batch_id: UUID
    live: Side
    draft: Side
    summary: DiffSummary | None = Field(description="With the first page alone")
    leads: list[LeadChange]
    next: int | None
