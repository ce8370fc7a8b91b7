"""The gateway itself, in front of three stand-in services: what it streams, what it says when they are away."""

import asyncio
import json
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from tests.eventually import eventually
from tests.rabbitmq import free_port

ROOT = Path(__file__).parent.parent.parent
CHUNK = b"x" * 65_536

pytestmark = pytest.mark.skipif(shutil.which("caddy") is None, reason="caddy is not installed")


@dataclass
class StandIn:
    """A service that says who it is, counts the bytes it is sent, and tells events when it is let."""

    name: str
    received: int = 0
    readers: int = 0
    next_event: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        if scope["path"] == "/events":
            await self._tell_events(receive, send)
            return
        self.received = 0
        while True:
            message = await receive()
            self.received += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        body = json.dumps({"service": self.name, "path": scope["path"], "bytes": self.received}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": body})

    async def _tell_events(self, receive: Receive, send: Send) -> None:
        self.readers += 1
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"id: 1\n\n", "more_body": True})
        leaving = asyncio.create_task(self._left(receive))
        await asyncio.wait([leaving, asyncio.create_task(self.next_event.wait())], return_when=asyncio.FIRST_COMPLETED)
        if not leaving.done():
            await send({"type": "http.response.body", "body": b"id: 2\n\n", "more_body": True})
            await leaving
        self.readers -= 1

    @staticmethod
    async def _left(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass


@dataclass
class Behind:
    """The gateway's address and the services behind it."""

    url: str
    services: dict[str, StandIn]
    servers: dict[str, uvicorn.Server]
    ports: dict[str, int]

    async def start(self, name: str) -> None:
        """Let a service listen."""
        config = uvicorn.Config(
            self.services[name], port=self.ports[name], log_config=None, lifespan="off", timeout_graceful_shutdown=1
        )
        self.servers[name] = uvicorn.Server(config)
        self._tasks[name] = asyncio.create_task(self.servers[name].serve())
        await eventually(lambda: self.servers[name].started)

    async def stop(self, name: str) -> None:
        """End a service."""
        self.servers[name].should_exit = True
        await self._tasks[name]

    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)


@pytest.fixture
async def behind(tmp_path: Path) -> AsyncIterator[Behind]:
    port, names = free_port(), ("ingest", "executor", "projector")
    behind = Behind(
        url=f"http://127.0.0.1:{port}",
        services={name: StandIn(name) for name in names},
        servers={},
        ports={name: free_port() for name in names},
    )
    for name in names:
        await behind.start(name)
    (tmp_path / "index.html").write_text("the console")
    (tmp_path / "docs.html").write_text("the docs")
    environment = os.environ | {name.upper(): f"127.0.0.1:{behind.ports[name]}" for name in names}
    environment |= {"SITE_ADDRESS": f":{port}", "PAGES": str(tmp_path), "HOME": str(tmp_path)}
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/gateway/Caddyfile")]
    caddy = await asyncio.create_subprocess_exec(*command, env=environment, stderr=subprocess.DEVNULL)
    async with httpx.AsyncClient(base_url=behind.url) as client:
        await eventually(lambda: _answers(client))
    yield behind
    caddy.terminate()
    await caddy.wait()
    for name in names:
        await behind.stop(name)


async def _answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).status_code == 200
    except httpx.TransportError:
        return False


async def test_each_path_reaches_its_service(behind: Behind) -> None:
    async with httpx.AsyncClient(base_url=behind.url) as client:
        for path, service in {
            "/uploads": "ingest",
            "/batches": "ingest",
            "/batches/b1": "ingest",
            "/batches/b1/pause": "executor",
            "/estimates": "executor",
            "/batches/b1/verify": "executor",
            "/batches/b1/items/i1/results": "executor",
            "/batches/b1/projection/diff": "projector",
            "/providers/apollo-bulk-match/configuration": "executor",
            "/leads": "projector",
            "/leads.csv": "projector",
            "/leads/l1/trace": "projector",
            "/customers": "projector",
        }.items():
            answer = (await client.get(path, params={"q": "a b"})).json()
            assert (answer["service"], answer["path"]) == (service, path)


async def test_the_console_and_the_documentation_are_served(behind: Behind) -> None:
    async with httpx.AsyncClient(base_url=behind.url) as client:
        page = await client.get("/")
        assert page.text == "the console"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert (await client.get("/docs")).text == "the docs"


async def test_inner_paths_are_not_reached_from_outside(behind: Behind) -> None:
    async with httpx.AsyncClient(base_url=behind.url) as client:
        for path in ("/metrics", "/readyz", "/nowhere", "/batches/b1/no-such-thing", "/leadsx"):
            answer = await client.get(path)
            assert answer.status_code == 404, path
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:leadledger:problem:gateway"
            assert answer.json()["status"] == 404


async def test_an_upload_streams_through_without_being_kept(behind: Behind) -> None:
    ingest, chunks = behind.services["ingest"], 800  # 50 MB
    seen_before_the_end = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal seen_before_the_end
        for number in range(chunks):
            yield CHUNK
            if number == chunks // 2:
                await eventually(lambda: ingest.received > 10 * len(CHUNK))
                seen_before_the_end = ingest.received

    async with httpx.AsyncClient(base_url=behind.url, timeout=60) as client:
        answer = await client.post("/uploads", params={"source": "apollo"}, content=body())
    assert answer.json() == {"service": "ingest", "path": "/uploads", "bytes": chunks * len(CHUNK)}
    assert seen_before_the_end > 10 * len(CHUNK)


async def test_a_body_that_is_no_upload_is_bounded(behind: Behind) -> None:
    async with httpx.AsyncClient(base_url=behind.url) as client:
        answer = await client.put("/customers", content=CHUNK * 200)
    assert answer.status_code in {413, 502}
    assert behind.services["projector"].received <= 11_000_000


async def test_each_event_arrives_when_it_is_told_and_a_reader_who_leaves_is_let_go(behind: Behind) -> None:
    ingest = behind.services["ingest"]
    async with (
        httpx.AsyncClient(base_url=behind.url, timeout=10) as client,
        client.stream("GET", "/events", headers={"Accept-Encoding": "gzip"}) as answer,
    ):
        assert answer.headers["Content-Type"] == "text/event-stream"
        assert "Content-Encoding" not in answer.headers
        events = answer.aiter_bytes()
        assert await anext(events) == b"id: 1\n\n"
        ingest.next_event.set()
        assert await anext(events) == b"id: 2\n\n"
    await eventually(lambda: ingest.readers == 0)


async def test_a_service_that_restarts_is_waited_for(behind: Behind) -> None:
    await behind.stop("executor")
    async with httpx.AsyncClient(base_url=behind.url, timeout=20) as client:
        asking = asyncio.create_task(client.get("/providers"))
        await asyncio.sleep(0)  # the request is on its way
        await behind.start("executor")
        assert (await asking).json()["service"] == "executor"


async def test_a_service_that_stays_away_is_a_problem_document_in_time(behind: Behind) -> None:
    await behind.stop("projector")
    started = time.monotonic()
    async with httpx.AsyncClient(base_url=behind.url, timeout=20) as client:
        answer = await client.get("/leads")
        others = await client.get("/uploads")
    assert time.monotonic() - started < 10
    assert answer.status_code == 502
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 502
    assert others.json()["service"] == "ingest"
    await behind.start("projector")
