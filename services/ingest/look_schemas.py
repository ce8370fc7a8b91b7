"""What a look into an upload asks for and shows."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.ingest.reading.problem_code import ProblemCode
from services.ingest.upload_schemas import Column


class RowQuery(BaseModel):
    """Which rows to show."""

    after: int = Field(0, ge=0, description="The row before the page")
    limit: int = Field(100, ge=1, le=1000)
    problems: bool = Field(False, description="Only rows with a problem")
    problem: list[ProblemCode] | None = Field(None, description="Only rows with one of these problems")
    q: str | None = Field(None, min_length=1, max_length=200, description="Only rows with this text in a cell")
    duplicates: bool = Field(False, description="Only rows that repeat an earlier one of yours, with that one named")


class ColumnFill(Column):
    """How many rows have a value in a column, and the field it is read for."""

    filled: int = Field(examples=[14])
    field: str | None = Field(examples=["email"])


class ColumnPage(BaseModel):
    """All columns; `rows` is how many rows were counted."""

    rows: int = Field(examples=[15])
    columns: list[ColumnFill]


class Input(BaseModel):
    """A row as a batch would ask about it; `askable` if any provider could be asked."""

    row_no: int = Field(examples=[1])
    input: dict[str, Any] = Field(examples=[{"email": "ada@example.com"}])
    askable: bool = Field(examples=[True])


class InputPage(BaseModel):
    """Inputs in the order of the file; `next` goes into `after` for the page behind."""

    inputs: list[Input]
    next: int | None = Field(examples=[100])


class MappingChoice(BaseModel):
    """For each field its column, by number from 0 or by name; further ones fill in where the first is empty."""

    model_config = ConfigDict(extra="forbid")

    mapping: dict[str, Annotated[list[int | str], Field(max_length=50)]] = Field(
        examples=[{"email": ["Work Email", 12], "first_name": [0]}]
    )
