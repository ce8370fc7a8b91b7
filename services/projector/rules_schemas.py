"""What the API takes and gives of rules."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field


class RulesVersion(BaseModel):
    """A version of the client's own."""

    version: str = Field(examples=["v2"])
    rules: str = Field(examples=["7af9a009ae84367e"], description="Digest of what they say, as leads name it")
    name: str | None
    base: str = Field(examples=["builtin"], description="What they were made of")
    made_by: UUID = Field(description="Id of the API key")
    made_at: datetime


class RulesList(BaseModel):
    """The client's versions, the newest first, and which rules are in force."""

    live: str = Field(examples=["v2"])
    builtin: str = Field(examples=["1f3a9c0b77e0d214"], description="Digest of the rules that come with the software")
    versions: list[RulesVersion]


class RulesDocument(BaseModel):
    """What a version says: the whole of it, which can be changed and sent back with the base `nothing`."""

    version: str = Field(examples=["v2"])
    rules: str = Field(examples=["7af9a009ae84367e"])
    readings: list[dict[str, Any]]
    policy: dict[str, Any]


class RulesNamed(BaseModel):
    """Rules, by name and digest."""

    version: str = Field(examples=["v2"])
    rules: str = Field(examples=["7af9a009ae84367e"])
