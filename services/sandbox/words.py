"""The words that invented people and companies are made of, read from words.json."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class Words(BaseModel):
    """The lists; a ladder is a department's titles, lowest first, and a place is city, state, country."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    ladders: dict[str, tuple[str, ...]]
    places: tuple[tuple[str, str, str], ...]
    company_first: tuple[str, ...]
    company_second: tuple[str, ...]
    legal_forms: tuple[str, ...]
    industries: tuple[str, ...]


@cache
def words() -> Words:
    """Read the lists once."""
    return Words.model_validate_json(Path(__file__).with_name("words.json").read_bytes())
