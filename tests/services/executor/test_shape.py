"""The shape of stored answers."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from services.executor.app import create_app
from shared.bus import MemoryBus
from shared.settings import Settings
from tests.services.projector.conftest import Launcher, calling

ANSWERS: list[dict[str, Any]] = [
    {"person": {"name": "Ada", "tags": ["a", "b"], "age": 36}, "jobs": [{"title": "VP"}, {"title": None}]},
    {"person": {"name": "Bob", "tags": [], "age": None, "odd key": True}, "jobs": []},
    {"person": None, "jobs": [{"title": "CEO"}, {"title": "CEO"}]},
    {},
]

SHAPE = [
    ("$", {"object": 4}, 3, 0.75, []),
    ("$.jobs", {"array": 3}, 2, 0.5, []),
    ("$.jobs[]", {"object": 4}, 2, 0.5, []),
    ("$.jobs[].title", {"null": 1, "string": 3}, 2, 0.5, ["CEO", "VP"]),
    ("$.person", {"null": 1, "object": 2}, 2, 0.5, []),
    ('$.person."odd key"', {"boolean": 1}, 1, 0.25, ["true"]),
    ("$.person.age", {"null": 1, "number": 1}, 1, 0.25, ["36"]),
    ("$.person.name", {"string": 2}, 2, 0.5, ["Ada", "Bob"]),
    ("$.person.tags", {"array": 2}, 1, 0.25, []),
    ("$.person.tags[]", {"string": 2}, 1, 0.25, ["a", "b"]),
]


@pytest.fixture
async def api(settings: Settings, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """The executor's API, called with a key of the client `acme`."""
    app = create_app(settings, MemoryBus())
    async with app.router.lifespan_context(app), calling(app, api_key) as client:
        yield client


@pytest.fixture
def launch(owner: "asyncpg.Connection[asyncpg.Record]", client_id: UUID) -> Launcher:
    """Write a batch of the client `acme`."""
    return Launcher(owner, client_id)


async def test_every_path_is_told_with_types_and_examples(api: httpx.AsyncClient, launch: Launcher) -> None:
    batch = await launch([{} for _ in ANSWERS], steps=[("own", "function"), ("other", "pdl-bulk")])
    for item, answer in enumerate(ANSWERS):
        await batch.answer(item, "own", "function", answer)
    await batch.answer(0, "own", "function", {"error": "gone"}, attempt=2, outcome="provider_error")
    await batch.answer(0, "other", "pdl-bulk", {"another": 1})
    shape = (await api.get("/providers/function/shape")).json()
    assert (shape["provider"], shape["answers"], shape["more_paths"]) == ("function", 4, False)
    assert [tuple(path.values()) for path in shape["paths"]] == SHAPE
    failed = (await api.get("/providers/function/shape", params={"outcome": "provider_error"})).json()
    assert [path["path"] for path in failed["paths"]] == ["$", "$.error"]


async def test_no_more_answers_are_looked_at_than_asked(api: httpx.AsyncClient, launch: Launcher) -> None:
    for _ in range(2):
        batch = await launch([{} for _ in range(5)], steps=[("own", "function")])
        for item in range(5):
            await batch.answer(item, "own", "function", {"text": "x" * 1_000})
    shape = (await api.get("/providers/function/shape", params={"sample": 7})).json()
    assert (shape["answers"], shape["paths"][1]["answers"]) == (7, 7)
    assert shape["paths"][1]["examples"] == ["x" * 120]


async def test_what_another_client_was_answered_is_not_told(
    api: httpx.AsyncClient, other_key: str, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    other = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    batch = await Launcher(owner, other)([{}], steps=[("own", "function")])
    await batch.answer(0, "own", "function", {"secret": json.dumps({"of": "globex"})})
    answer = await api.get("/providers/function/shape")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:leadledger:problem:not-found")
    assert "globex" not in answer.text
