"""Rules are data, checked when they are read, and named by what they say."""

from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pydantic import ValidationError

from services.projector.projection.extraction import text_at
from services.projector.projection.source import AnswerGroup, believed, sources_of
from services.projector.rules import Reading, Rules
from services.projector.rules.fields import FIELDS
from tests.services.projector.conftest import Owner

ROOT = Path(__file__).parents[4]


def document(rules: Rules) -> dict[str, Any]:
    return rules.model_dump(mode="json")


def test_rules_that_say_the_same_have_the_same_version(rules: Rules) -> None:
    assert Rules.model_validate(document(rules)).version == rules.version
    changed = document(rules)
    changed["policy"]["order"].reverse()
    assert Rules.model_validate(changed).version != rules.version


def test_every_built_in_provider_is_read(rules: Rules) -> None:
    documents = {file.stem for file in (ROOT / "services/executor/providers").glob("*.yaml")}
    assert "apollo-bulk-match" in documents
    assert documents - {provider for reading in rules.readings for provider in reading.providers} == set()
    assert set(rules.reading("csv").fields) == set(FIELDS)


async def test_every_path_of_the_readings_is_one_that_the_database_can_follow(owner: Owner, rules: Rules) -> None:
    paths = _paths(document(rules)["readings"])
    assert len(paths) > 100
    for path in paths:
        await owner.fetchval("SELECT $1::text::jsonpath IS NOT NULL", path)


def _paths(value: object) -> list[str]:
    if isinstance(value, dict):
        return [path for each in value.values() for path in _paths(each)]
    if isinstance(value, list):
        return [path for each in value for path in _paths(each)]
    return [value] if isinstance(value, str) and value.startswith("$") else []


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"shoe_size": "$.shoe"}},
        {"fields": {"title": "title"}},
        {"fields": {"title": "$.a\n"}},
        {"name": "Not a name"},
        {"emails": [{"address": "$.email", "verdict": [{"path": "$.status", "values": {"good": "great"}}]}]},
        {"emails": [{"rows": "$.emails", "address": "$.address"}]},
        {"unknown": 1},
    ],
)
def test_a_reading_that_does_not_fit_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Reading.model_validate({"name": "own", "providers": ["own"], **change})


async def test_a_path_is_a_text_to_the_database_whatever_it_says(owner: Owner) -> None:
    evil = "$.a'); DROP TABLE final_leads; --"
    with pytest.raises(asyncpg.PostgresSyntaxError, match="jsonpath"):
        await owner.fetch(f"SELECT {text_at('root', [evil])} FROM (VALUES ('{{}}'::jsonb)) AS t (root)")
    assert await owner.fetchval("SELECT count(*) FROM final_leads") == 0


def test_two_readings_of_one_provider_are_refused(rules: Rules) -> None:
    changed = document(rules)
    changed["readings"].append({"name": "own", "providers": ["function"]})
    with pytest.raises(ValidationError, match="read twice: function"):
        Rules.model_validate(changed)


def test_sources_follow_the_workflow_and_belief_the_policy(rules: Rules) -> None:
    groups = [
        AnswerGroup(step=step, provider=provider, is_repeated=False)
        for step, provider in (("b", "pdl-bulk"), ("c", "apollo-bulk-match"), ("a", "unheard-of"), ("a", "function"))
    ]
    sources = sources_of(rules, groups, steps=["c", "b", "a"])
    assert [source.provider for source in sources] == ["csv", "apollo-bulk-match", "pdl-bulk", "function"]
    assert [source.provider for source in believed(sources, rules.policy.order_of("first_name"))] == [
        *("csv", "apollo-bulk-match", "function", "pdl-bulk"),
    ]
