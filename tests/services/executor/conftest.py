"""A running executor on the memory bus, a sandbox to ask, and batches to run."""

import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr

from services.executor.app import create_app
from services.executor.registry import load_registry
from services.sandbox.app import create_sandbox
from shared.bus import MemoryBus
from shared.settings import Settings
from tests.eventually import eventually
from tests.rabbitmq import free_port
from tests.services.executor.waiting import served
from tests.serving import serving

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Launch: TypeAlias = "Callable[..., Awaitable[UUID]]"

PREFIXES = {
    "apollo-bulk-match": "apollo",
    "apollo-organization-enrich": "apollo",
    "pdl-bulk": "pdl",
    "pdl-enrich": "pdl",
    "hunter-email-finder": "hunter",
    "hunter-email-verifier": "hunter",
    "fullenrich-bulk": "fullenrich",
    "fullenrich-poll": "fullenrich",
}
OTHERS = {
    "function": ("url", "function", ["token"]),
    "modal-function": ("url", "modal/function", ["modal_key", "modal_secret"]),
    "clay-table": ("webhook_url", "clay/webhook", ["auth_token"]),
}


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator[str]:
    with serving(create_sandbox()) as url:
        yield url


@pytest.fixture
async def sandbox(sandbox_server: str) -> AsyncIterator[httpx.AsyncClient]:
    """The sandbox without faults and with an empty ledger."""
    async with httpx.AsyncClient(base_url=sandbox_server, timeout=10) as client:
        await client.delete("/faults")
        await client.delete("/ledger")
        yield client
        await client.delete("/faults")


@pytest.fixture
def executor_settings(settings: Settings) -> Settings:
    changes = {
        "secret_key": SecretStr(Fernet.generate_key().decode()),
        "public_url": f"http://127.0.0.1:{free_port()}",
    }
    return settings.model_copy(update=changes)


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[FastAPI]:
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
async def executor(executor_settings: Settings, bus: MemoryBus) -> AsyncIterator[FastAPI]:
    """The executor, at work."""
    async with running(create_app(executor_settings, bus)) as app:
        for provider in load_registry().providers:
            amend(app, provider, retry={"first_wait_seconds": 0.01})
        yield app


def amend(app: FastAPI, provider: str, **parts: dict[str, Any]) -> None:
    """Change parts of a provider's document in a running executor, as another version of the document would."""
    compiled = app.state.executor.providers.builtin[provider]
    changed = {name: getattr(compiled.document, name).model_copy(update=change) for name, change in parts.items()}
    app.state.executor.providers.builtin[provider] = replace(
        compiled, document=compiled.document.model_copy(update=changed)
    )


@pytest.fixture
async def api(executor: FastAPI, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """The executor's API, called with a key of the client `acme`."""
    transport = httpx.ASGITransport(executor, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://executor", headers=headers) as client:
        yield client


@pytest.fixture
async def configured(api: httpx.AsyncClient, sandbox: httpx.AsyncClient, sandbox_server: str) -> httpx.AsyncClient:
    """The API, with every built-in provider configured to the sandbox."""
    for name, prefix in PREFIXES.items():
        given = {"variables": {"base_url": f"{sandbox_server}/{prefix}"}, "secrets": {"api_key": "good"}}
        (await api.put(f"/providers/{name}/configuration", json=given)).raise_for_status()
    for name, (variable, path, secrets) in OTHERS.items():
        given = {"variables": {variable: f"{sandbox_server}/{path}"}, "secrets": dict.fromkeys(secrets, "good")}
        (await api.put(f"/providers/{name}/configuration", json=given)).raise_for_status()
    return api


@pytest.fixture
async def reachable(
    configured: httpx.AsyncClient, executor: FastAPI, executor_settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    """The API, configured, which the sandbox can call back."""
    async with served(executor, executor_settings.public_url):
        yield configured


@pytest.fixture
def launch(owner: Owner, client_id: UUID) -> Launch:
    """Write a launched batch into the database, as ingest does, and return its id."""

    async def launch(
        inputs: Sequence[dict[str, Any]],
        *,
        workflow: str | dict[str, Any] = "apollo-default",
        budget: Decimal | None = None,
        tolerated_failures: dict[str, float] | None = None,
        overrides: dict[str, Any] | None = None,
        of: UUID = client_id,
    ) -> UUID:
        if isinstance(workflow, str):
            workflow = load_registry().workflows[workflow].model_dump(mode="json")
        upload_id, batch_id = uuid.uuid4(), uuid.uuid4()
        async with owner.transaction():
            await owner.execute(
                """
                INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping,
                                     unmapped, doubtful, notices, rows, problems)
                VALUES ($1, $2, 'apollo', 'people.csv', sha256(''), 0, '{}', '[]', '{}', '[]', '[]', '[]', $3, 0)
                """,
                of,
                upload_id,
                len(inputs),
            )
            await owner.execute(
                """
                INSERT INTO raw_uploads (client_id, upload_id, row_no, line_no, cells)
                SELECT $1, $2, n, n + 1, '[]' FROM generate_series(1, $3::integer) AS n
                """,
                of,
                upload_id,
                len(inputs),
            )
            await owner.execute(
                """
                INSERT INTO batches (client_id, batch_id, upload_id, name, source, workflow, items, budget,
                                     tolerated_failures, overrides)
                VALUES ($1, $2, $3, 'test', 'apollo', $4, $5, $6, $7, $8)
                """,
                of,
                batch_id,
                upload_id,
                json.dumps(workflow),
                len(inputs),
                budget,
                None if tolerated_failures is None else json.dumps(tolerated_failures),
                json.dumps(overrides or {}),
            )
            await owner.execute(
                """
                INSERT INTO batch_items (client_id, batch_item_id, batch_id, item_no, upload_id, row_no, input)
                SELECT $1, uuidv7(), $2, n, $3, n, input
                FROM unnest($4::jsonb[]) WITH ORDINALITY AS item (input, n)
                """,
                of,
                batch_id,
                upload_id,
                [json.dumps(each) for each in inputs],
            )
        return batch_id

    return launch


async def one(owner: Owner, query: str, *arguments: object) -> "asyncpg.Record":
    """Return the one row that must be there."""
    row = await owner.fetchrow(query, *arguments)
    assert row is not None
    return row


Finished: TypeAlias = "Callable[[UUID], Awaitable[dict[str, int]]]"


@pytest.fixture
def finished(owner: Owner) -> Finished:
    """Wait until the batch is completed and return the counts that its completion told."""

    async def finished(batch_id: UUID, *, within: float = 20) -> dict[str, int]:
        async def completed() -> bool:
            return bool(
                await owner.fetchval(
                    "SELECT true FROM batch_runs WHERE batch_id = $1 AND state = 'completed'", batch_id
                )
            )

        await eventually(completed, within=within)
        told = await owner.fetchval(
            "SELECT data->'counts' FROM outbox WHERE batch_id = $1 AND type = 'batch.completed'", batch_id
        )
        counts: dict[str, int] = json.loads(told)
        return counts

    return finished


def person(number: int, **others: Any) -> dict[str, Any]:
    """Return an invented person who can be asked about."""
    return {
        "first_name": f"First{number}",
        "last_name": f"Last{number}",
        "linkedin_url": f"https://www.linkedin.com/in/invented-{number}",
        "company_name": f"Company {number}",
        "company_domain": f"company{number}.example",
        **others,
    }
