"""A sandbox behind a real server, without faults and with an empty ledger for every test."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.sandbox.app import create_sandbox
from services.sandbox.settings import SandboxSettings
from tests.serving import serving

SAMPLES = Path("tests/data/providers")
ADA = {"email": "ada.quillmere@company-3.example.com"}


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    with serving(create_sandbox(SandboxSettings(seed=1, ledger_file=None))) as url:
        yield url


@pytest.fixture
def sandbox(sandbox_url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox_url, timeout=10, headers={"x-api-key": "test-key"}) as client:
        client.delete("/faults").raise_for_status()
        client.delete("/ledger").raise_for_status()
        yield client
        client.delete("/faults").raise_for_status()


def sample(path: str) -> Any:
    """Return a documented answer of a provider."""
    return json.loads((SAMPLES / path).read_text())


def key_paths(value: object, path: str = "") -> set[str]:
    """Return where keys stand in a JSON value; the items of a list count as one."""
    if isinstance(value, list):
        return set().union(*(key_paths(item, f"{path}[]") for item in value))
    if not isinstance(value, dict):
        return set()
    inner = (key_paths(item, f"{path}.{key}") for key, item in value.items())
    return {f"{path}.{key}" for key in value}.union(*inner)


def set_faults(sandbox: httpx.Client, *rules: dict[str, object]) -> None:
    """Put rules in force."""
    answer = sandbox.put("/faults", json=list(rules))
    assert answer.status_code == 200, answer.text


def items(sandbox: httpx.Client, **query: str) -> list[dict[str, Any]]:
    """Return every item in the ledger, in the order of arrival."""
    calls = sandbox.get("/ledger", params=query).json()["calls"]
    return [item for call in calls for item in call["items"]]


def ask(sandbox: httpx.Client, *, email: str = ADA["email"], timeout: float = 10) -> httpx.Response:
    """Ask the function about one person."""
    return sandbox.post("/function", json={"email": email}, timeout=timeout)


def calls(sandbox: httpx.Client) -> Any:
    """Return the calls in the ledger."""
    return sandbox.get("/ledger").json()["calls"]


def summary(sandbox: httpx.Client) -> Any:
    """Return the ledger's sums."""
    return sandbox.get("/ledger/summary").json()
