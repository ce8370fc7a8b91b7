"""Uploads as the API shows them."""

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field

from services.ingest.sources.mapping import Mapping


class Column(BaseModel):
    """A column: its place in every row's cells, from 0, and its name as written."""

    column: int = Field(examples=[5])
    header: str = Field(examples=["Email"])


class MappedColumn(Column):
    """The column a field is read from; where it is empty, the fallbacks in their order."""

    fallbacks: list[Column] = []
    confidence: float = Field(1.0, description="0.5 where the name is that of another column or field too", ge=0, le=1)


class UnmappedColumn(Column):
    """A column that no field takes; `known` if such files usually have it."""

    known: bool = Field(examples=[True])


class DoubtfulColumn(Column):
    """A column worth a look: the field it was taken for, and why to look."""

    field: str = Field(examples=["company_linkedin_url"])
    reason: str = Field(examples=["The name may stand for linkedin_url or company_linkedin_url."])


class Notice(BaseModel):
    """Something about the file as a whole that its owner should know; nothing was lost."""

    code: str = Field(examples=["source_detected"])
    message: str = Field(examples=["No source was given; the header looks like an Apollo export."])


class UploadAnswer(BaseModel):
    """An upload: what it holds and how it was understood."""

    upload_id: UUID
    source: str = Field(examples=["apollo"])
    filename: str = Field(examples=["leads.csv"])
    bytes: int = Field(examples=[27895])
    sha256: str = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    rows: int = Field(examples=[15])
    problems: int = Field(description="Rows with a problem; GET /uploads/{id}/problems lists them", examples=[0])
    header: list[str] = Field(examples=[["First Name", "Email"]])
    mapping: dict[str, MappedColumn] = Field(examples=[{"email": {"column": 5, "header": "Email", "fallbacks": []}}])
    unmapped: list[UnmappedColumn]
    doubtful: list[DoubtfulColumn]
    notices: list[Notice]
    dialect: dict[str, str | int | bool | None] = Field(examples=[{"encoding": "utf-8", "delimiter": ","}])
    received_at: datetime

    @classmethod
    def of(cls, row: MappingOf[str, Any]) -> Self:
        """Return what a row of the uploads' table says."""
        return cls.model_validate({**row, "sha256": row["sha256"].hex()})


class UploadPage(BaseModel):
    """Uploads, newest first; `next` goes into `after` for the page behind."""

    uploads: list[UploadAnswer]
    next: UUID | None


class Duplicate(BaseModel):
    """The earliest row that has the same identity, and which identity it is."""

    kind: str = Field(examples=["email"])
    of_upload_id: UUID
    of_row_no: int = Field(examples=[1])


class Row(BaseModel):
    """A record of the file: its number behind the header, its first line, its cells as they stand."""

    row_no: int = Field(examples=[1])
    line_no: int = Field(examples=[2])
    cells: list[str] = Field(examples=[["Ada", "ada@example.com"]])
    problems: list[str] | None = Field(examples=[None])
    duplicates: list[Duplicate] = Field([], description="Those that are known: `duplicates=true` compares first")


class RowPage(BaseModel):
    """Rows in the order of the file; `next` goes into `after` for the page behind."""

    rows: list[Row]
    next: int | None = Field(examples=[100])


class ProblemPage(BaseModel):
    """Rows with a problem in the order of the file, and what each code among them means."""

    problems: list[Row]
    meanings: dict[str, str] = Field(examples=[{"blank_line": "The line is blank; it is kept."}])
    next: int | None = Field(examples=[100])


def mapping_columns(
    mapping: Mapping, header: Sequence[str]
) -> tuple[dict[str, object], list[dict[str, object]], list[dict[str, object]]]:
    """Return the mapping, the unmapped and the doubtful columns as JSON, in the form of the models above."""
    doubts = {doubt.index for doubt in mapping.doubtful}

    def at(index: int) -> dict[str, object]:
        return {"column": index, "header": header[index]}

    return (
        {
            field: {
                **at(index),
                "fallbacks": [at(other) for other in mapping.fallbacks.get(field, ())],
                "confidence": 0.5 if index in doubts else 1.0,
            }
            for field, index in mapping.fields.items()
        },
        [{**at(column.index), "known": column.is_known} for column in mapping.unmapped],
        [{**at(doubt.index), "field": doubt.field, "reason": doubt.reason} for doubt in mapping.doubtful],
    )
