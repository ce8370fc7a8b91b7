"""A running ingest service on the memory bus, workflows to launch, and real servers where HTTP itself matters."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.ingest.app import create_app
from shared.bus import MemoryBus
from shared.settings import Settings

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Send: TypeAlias = "Callable[..., Awaitable[httpx.Response]]"

LEADS = (
    b"First Name,Last Name,Company Name,Email,Person Linkedin Url,Website,Lucky Number\n"
    b"Ada,Lovelace,Acme,ada@acme.example.com,http://www.linkedin.com/in/ada-example,http://www.acme.example.com/x,7\n"
    b"Bob,Babbage,Globex,,http://www.linkedin.com/in/bob-example,globex.example.com,8\n"
    b"Cyd,Charisse,Initech,cyd@initech.example.com,,,9\n"
)

WORKFLOWS: list[dict[str, Any]] = [
    {
        "name": "default",
        "version": 2,
        "title": "Both",
        "sources": ["apollo", "crm"],
        "default_for": ["apollo"],
        "steps": [{"name": "person", "provider": "apollo-bulk-match"}, {"name": "history", "provider": "pdl-bulk"}],
    },
    {
        "name": "default",
        "version": 1,
        "title": "Old",
        "sources": ["apollo"],
        "default_for": ["apollo"],
        "steps": [{"name": "person", "provider": "apollo-bulk-match"}],
    },
    {
        "name": "pdl",
        "version": 1,
        "title": "One",
        "sources": [],
        "default_for": [],
        "steps": [{"name": "history", "provider": "pdl-enrich"}],
    },
]


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Run the service's lifespan; yield a client without a key."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ingest") as client,
    ):
        yield client


@pytest.fixture
async def workflows(owner: Owner) -> None:
    """What the executor writes at its start."""
    for workflow in WORKFLOWS:
        await owner.execute(
            """
            INSERT INTO execution.builtin_workflows (name, version, document)
            SELECT w ->> 'name', (w ->> 'version')::integer, w FROM (SELECT $1::jsonb AS w) AS workflow
            """,
            json.dumps(workflow),
        )


@pytest.fixture
async def bus() -> AsyncIterator[MemoryBus]:
    bus = MemoryBus()
    yield bus
    await bus.close()


@pytest.fixture
async def app(settings: Settings, bus: MemoryBus) -> FastAPI:
    return create_app(settings, bus)


@pytest.fixture
async def client(app: FastAPI, api_key: str, workflows: None) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running service with a key of `acme`."""
    async with running(app) as client:
        client.headers["Authorization"] = f"Bearer {api_key}"
        yield client


@pytest.fixture
async def stranger(client: httpx.AsyncClient, other_key: str) -> dict[str, str]:
    """Headers with a key of another client."""
    return {"Authorization": f"Bearer {other_key}"}


@pytest.fixture
def upload(client: httpx.AsyncClient) -> Send:
    """Send a file's bytes; query parameters and headers may be given."""

    async def send(
        content: bytes | AsyncIterator[bytes] = LEADS, *, headers: dict[str, str] | None = None, **query: str
    ) -> httpx.Response:
        return await client.post(
            "/uploads",
            params={"source": "apollo", "filename": "leads.csv"} | query,
            content=content,
            headers={"Content-Type": "text/csv"} | (headers or {}),
        )

    return send


@pytest.fixture
async def upload_id(upload: Send) -> UUID:
    """An upload of three leads."""
    return UUID((await upload()).json()["upload_id"])


def slug(answer: httpx.Response) -> str:
    """Return what kind of problem an answer is."""
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["type"]).removeprefix("urn:leadledger:problem:")
