"""A version of the rules: all readings and the choice policy."""

import hashlib
from functools import cached_property
from pathlib import Path

import orjson
import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from services.projector.rules.fields import TRACED
from services.projector.rules.policy import Policy
from services.projector.rules.reading import Reading

CSV = "csv"
"""The reading of the CSV row; every other reads providers' answers."""

_SERVICE = Path(__file__).parent.parent
_SEMANTICS = 1
"""Raised when the same documents come to mean something else: another kind, another way to merge jobs."""


class Rules(BaseModel):
    """Readings and policy; two that say the same have the same version."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    readings: tuple[Reading, ...]
    policy: Policy
    fields: tuple[str, ...] = TRACED
    semantics: int = _SEMANTICS

    @model_validator(mode="after")
    def _readings_are_distinct(self) -> "Rules":
        names = [reading.name for reading in self.readings]
        providers = [provider for reading in self.readings for provider in reading.providers]
        for listed in (names, providers):
            twice = sorted({each for each in listed if listed.count(each) > 1})
            if twice:
                raise ValueError(f"read twice: {', '.join(twice)}; keep one reading for each")
        if CSV not in names:
            raise ValueError("there is no reading 'csv': a lead begins with its CSV row")
        return self

    @cached_property
    def document(self) -> bytes:
        """The whole of it as canonical JSON."""
        return orjson.dumps(self.model_dump(mode="json"), option=orjson.OPT_SORT_KEYS)

    @cached_property
    def version(self) -> str:
        """Digest of the document: the name by which leads refer to these rules."""
        return hashlib.sha256(self.document).hexdigest()[:16]

    def reading(self, name: str) -> Reading:
        """Return the reading of this name."""
        return next(reading for reading in self.readings if reading.name == name)

    def reading_of(self, provider: str) -> Reading | None:
        """Return the reading of a provider's answers, if there is one."""
        return next((reading for reading in self.readings if provider in reading.providers), None)


def load_rules(directory: Path = _SERVICE) -> Rules:
    """Read the rules that come with the software; raises ValidationError for a document that does not fit."""
    files = sorted((directory / "readings").glob("*.yaml"))
    documents = [each for file in files for each in yaml.safe_load_all(file.read_text())]
    policy = yaml.safe_load((directory / "rules" / "default.yaml").read_text())
    return Rules.model_validate({"readings": documents, "policy": policy})
