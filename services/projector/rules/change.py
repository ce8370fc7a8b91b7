"""A change of rules: what a client says of its own, over rules that are there."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from services.projector.rules.reading import Reading
from services.projector.rules.rules import Rules

_TEXTS = frozenset({"name", "providers", "nothing", "held", "over", "values", "others"})
"""Parts of a reading that are no paths, whatever they begin with."""


class RulesChange(BaseModel):
    """Readings to add, or to put in the place of those of the same name, and what of the policy is to be otherwise.

    With the base `nothing` it is the whole: every reading, `csv` among them, and the whole policy.
    """

    model_config = ConfigDict(extra="forbid")

    base: str = Field(
        "live",
        pattern=r"^(live|builtin|nothing|v[1-9]\d{0,8}|[0-9a-f]{16})$",
        description="The rules to begin with: those in force, those of the software, none, a version, or a digest",
    )
    name: str | None = Field(None, min_length=1, max_length=200, examples=["our own function's answers"])
    readings: tuple[Reading, ...] = ()
    remove: tuple[str, ...] = Field((), description="Names of readings of the base that are left out")
    policy: dict[str, Any] = Field(
        default_factory=dict, description="What of the policy is otherwise; lists are replaced, objects are merged"
    )

    def over(self, base: Rules | None) -> Rules:
        """Return the rules that the base becomes; raises ValidationError for what does not fit together."""
        given = {reading.name: reading.model_dump(mode="json") for reading in self.readings}
        document = {} if base is None else base.model_dump(mode="json", include={"readings", "policy"})
        kept = {
            reading["name"]: reading for reading in document.get("readings", ()) if reading["name"] not in self.remove
        }
        return Rules.model_validate(
            {"readings": list((kept | given).values()), "policy": _merged(document.get("policy", {}), self.policy)}
        )

    def unknown(self, base: Rules | None) -> list[str]:
        """Return the names that are to be removed and are not there."""
        there = set() if base is None else {reading.name for reading in base.readings}
        return sorted(set(self.remove) - there)


def paths_in(rules: Rules) -> Iterator[tuple[str, str]]:
    """Yield every path of the readings with the place where it stands, those put together from two included."""
    for reading in rules.readings:
        place = f"readings.{reading.name}"
        yield from _paths(reading.model_dump(mode="json"), place)
        for number, history in enumerate(reading.work_history):
            yield f"{place}.work_history.{number}.rows", reading.when + history.rows.removeprefix("$")


def _paths(value: object, place: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield place, value
        case list():
            for number, each in enumerate(value):
                yield from _paths(each, f"{place}.{number}")
        case dict():
            for key, each in value.items():
                if key not in _TEXTS:
                    yield from _paths(each, f"{place}.{key}")
        case _:
            return


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(old)
    for key, value in new.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _merged(merged[key], value) if both else value
    return merged
