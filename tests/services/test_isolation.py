"""No route of any service tells, or lets change, anything of another client's."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr

from services.executor.app import create_app as create_executor
from services.ingest.app import create_app as create_ingest
from services.projector.app import create_app as create_projector
from services.projector.rebuild import RebuildRequest, rebuild
from services.projector.rules import load_rules
from shared.bus import MemoryBus
from shared.postgres import Postgres
from shared.settings import Settings
from tests.services.projector.conftest import Batch, Launcher, calling

MARK = "zzmarked"
"""Stands in everything that the other client has."""

OPEN = {"/healthz", "/readyz", "/metrics"}
ENDLESS = {"/events"}
UNGUESSABLE = {"/callbacks/{token}"}


@dataclass(frozen=True)
class Call:
    """A call that the services document."""

    app: FastAPI
    method: str
    path: str

    def address(self, ids: dict[str, str]) -> str:
        """Return the path with the other client's ids; raises KeyError for a parameter this test does not know."""
        return re.sub(r"\{(\w+)\}", lambda found: ids[found.group(1)], self.path)


@pytest.fixture
async def apps(settings: Settings) -> AsyncIterator[list[FastAPI]]:
    """The three services, at work on one database."""
    with_key = settings.model_copy(update={"secret_key": SecretStr(Fernet.generate_key().decode())})
    async with AsyncExitStack() as stack:
        made = [create(with_key, MemoryBus()) for create in (create_ingest, create_executor, create_projector)]
        for app in made:
            await stack.enter_async_context(app.router.lifespan_context(app))
        yield made


@pytest.fixture
async def theirs(owner: "asyncpg.Connection[asyncpg.Record]", client_id: UUID, settings: Settings) -> dict[str, str]:
    """The ids of everything that the client `acme` has: an upload, a projected batch, answers, customers."""
    row = {"full_name": f"Ada {MARK}", "company_name": f"{MARK} Inc", "country": f"{MARK} land"}
    launch = Launcher(owner, client_id)
    batch: Batch = await launch([row], header=[MARK], cells=[[MARK]])
    jobs = [{"organization_name": f"{MARK} Ltd", "title": f"VP {MARK}", "current": False}]
    person = {"name": f"Ada {MARK}", "email": f"ada@{MARK}.example", "employment_history": jobs}
    result = await batch.answer(0, "person", "apollo-bulk-match", person)
    await batch.complete()
    postgres = await Postgres.connect(settings, "projector")
    await rebuild(postgres, load_rules(), RebuildRequest(client_id=client_id, batch_id=batch.batch_id))
    await postgres.close()
    ids = await owner.fetchrow(
        "SELECT upload_id::text, call_id::text FROM batches, provider_calls WHERE batches.batch_id = $1", batch.batch_id
    )
    assert ids is not None
    partial = await owner.fetchval(
        "INSERT INTO partial_uploads (client_id) VALUES ($1) RETURNING partial_id::text", client_id
    )
    customer = await owner.fetchval(
        """
        INSERT INTO client_customers (client_id, customer_id, customer_no, name, name_key, other_keys)
        VALUES ($1, uuidv7(), 1, $2, $2, '{}') RETURNING customer_id::text
        """,
        client_id,
        MARK,
    )
    return {
        "batch_id": str(batch.batch_id),
        "batch_item_id": str(batch.items[0]),
        "upload_id": ids["upload_id"],
        "call_id": ids["call_id"],
        "result_id": str(result),
        "partial_id": partial,
        "customer_id": customer,
        "webhook_id": str(batch.batch_id),
        "name": MARK,
        "version": MARK,
    }


def calls_of(apps: list[FastAPI]) -> Iterator[Call]:
    """Yield every call that a client may make."""
    for app in apps:
        for path, operations in app.openapi()["paths"].items():
            if path not in OPEN | ENDLESS | UNGUESSABLE:
                yield from (Call(app, method.upper(), path) for method in operations)


async def test_no_route_tells_or_changes_what_is_another_client_s(
    apps: list[FastAPI], theirs: dict[str, str], other_key: str, owner: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    before = await census(owner)
    told: dict[tuple[str, str], Any] = {}
    for call in calls_of(apps):
        async with calling(call.app, other_key) as stranger:
            answer = await stranger.request(call.method, call.address(theirs), json={}, params=asked_of(call, theirs))
        asked = f"{call.address(theirs)}{asked_of(call, theirs)}"  # what was asked may be told back
        leaked = [text for text in (MARK, *theirs.values()) if text in answer.text and text not in asked]
        if leaked or answer.status_code >= 500:
            told[call.method, call.path] = (answer.status_code, leaked)
        elif call.method == "GET" and re.search(r"\{\w*_id\}", call.path) and answer.status_code != 404:
            told[call.method, call.path] = answer.status_code
    assert told == {}
    assert await census(owner) == before


def asked_of(call: Call, ids: dict[str, str]) -> dict[str, str]:
    """Return parameters that name what is the other client's, where the call takes them."""
    operation = call.app.openapi()["paths"][call.path][call.method.lower()]
    names = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "query"}
    return {name: ids[name] for name in names & {"batch_id"}} | ({"q": MARK} if "q" in names else {})


async def census(owner: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    """Return how many rows of `acme` each table of clients has."""
    tables = await owner.fetch(
        """
        SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE column_name = 'client_id' AND table_type = 'BASE TABLE'
        AND table_schema IN ('ingest', 'execution', 'projection')
        """
    )
    acme = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'acme'")
    return {
        table["name"]: await owner.fetchval(f"SELECT count(*) FROM {table['name']} WHERE client_id = $1", acme)
        for table in tables
    }
