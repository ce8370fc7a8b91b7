"""What the API tells of the shape of answers."""

from pydantic import BaseModel, Field


class ShapePath(BaseModel):
    """A place in the answers; `[]` is an element of a list."""

    path: str = Field(examples=["$.employment_history[].title"])
    types: dict[str, int] = Field(examples=[{"string": 41, "null": 2}], description="JSON type -> how often")
    answers: int = Field(examples=[12], description="Answers that have something there: not null, nor empty")
    fill_rate: float = Field(examples=[0.8], description="`answers` over all that were looked at")
    examples: list[str] = Field(
        examples=[["VP of Sales"]], description="Up to three values as text, cut at 120 letters"
    )


class Shape(BaseModel):
    """What stands where in a provider's answers."""

    provider: str = Field(examples=["apollo-bulk-match"])
    answers: int = Field(examples=[15], description="How many answers were looked at")
    paths: list[ShapePath]
    more_paths: bool = Field(description="There are more paths than are listed")
