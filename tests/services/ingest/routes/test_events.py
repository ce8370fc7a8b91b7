"""Events over HTTP: replayed and live, to a server as it runs."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import httpx
import orjson
import pytest

from shared.settings import Settings
from tests.eventually import eventually
from tests.services.ingest.conftest import LEADS, Owner, slug
from tests.services.ingest.ingest_process import IngestProcess, ingest_process


@dataclass
class Message:
    id: int
    event: str
    data: dict[str, object]


@asynccontextmanager
async def following(
    client: httpx.AsyncClient, *, headers: dict[str, str] | None = None, **query: str | int
) -> AsyncIterator[AsyncIterator[Message]]:
    async with client.stream("GET", "/events", params=query, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield messages(answer.aiter_lines())


async def messages(lines: AsyncIterator[str]) -> AsyncIterator[Message]:
    found: dict[str, str] = {}
    async for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[name] = value
        elif not line and found:
            yield Message(int(found["id"]), found["event"], orjson.loads(found["data"]))
            found = {}


async def take(stream: AsyncIterator[Message], number: int) -> list[Message]:
    async with asyncio.timeout(15):
        return [await anext(stream) for _ in range(number)]


@pytest.fixture
async def ingest(settings: Settings, workflows: None) -> AsyncIterator[IngestProcess]:
    async with ingest_process(settings) as process:
        yield process


@pytest.fixture
async def live(ingest: IngestProcess, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {api_key}"}
    async with httpx.AsyncClient(base_url=ingest.url, headers=headers, timeout=20) as client:
        yield client


async def send(client: httpx.AsyncClient) -> str:
    answer = await client.post("/uploads?source=apollo", content=LEADS)
    assert answer.status_code == 201
    return str(answer.json()["upload_id"])


async def published(owner: Owner) -> int:
    number: int = await owner.fetchval("SELECT count(*) FROM outbox_publications")
    return number


async def test_an_event_comes_as_it_happens_with_its_place_in_the_order(
    live: httpx.AsyncClient, client_id: UUID, owner: Owner
) -> None:
    async with following(live) as stream:
        upload_id = await send(live)
        (message,) = await take(stream, 1)
    assert (message.id, message.event) == (1, "upload.received")
    assert message.data["specversion"] == "1.0"
    assert message.data["clientid"] == str(client_id)
    assert message.data["data"] == {
        "client_id": str(client_id),
        "upload_id": upload_id,
        "source": "apollo",
        "rows": 3,
        "problems": 0,
        "sha256": (await live.get(f"/uploads/{upload_id}")).json()["sha256"],
    }


async def test_a_subscriber_that_comes_back_gets_what_it_missed_then_what_happens(
    live: httpx.AsyncClient, owner: Owner
) -> None:
    async with following(live) as stream:
        await send(live)
        (first,) = await take(stream, 1)
    missed = [await send(live) for _ in range(3)]
    await eventually(lambda: _is_published(owner, 4))
    async with following(live, headers={"Last-Event-ID": str(first.id)}) as stream:
        replayed = await take(stream, 3)
        missed.append(await send(live))
        replayed += await take(stream, 1)
    assert [message.id for message in replayed] == [2, 3, 4, 5]
    assert [message.data["data"]["upload_id"] for message in replayed] == missed  # type: ignore[index]  # known


async def _is_published(owner: Owner, number: int) -> bool:
    return await published(owner) == number


async def test_last_event_id_goes_before_after(live: httpx.AsyncClient, owner: Owner) -> None:
    for _ in range(3):
        await send(live)
    await eventually(lambda: _is_published(owner, 3))
    async with following(live, after=0) as stream:
        assert [message.id for message in await take(stream, 3)] == [1, 2, 3]
    async with following(live, after=0, headers={"Last-Event-ID": "2"}) as stream:
        assert [message.id for message in await take(stream, 1)] == [3]


async def test_only_what_is_wanted_comes(live: httpx.AsyncClient) -> None:
    upload_id = await send(live)
    batches = [(await live.post("/batches", json={"upload_id": upload_id})).json()["batch_id"] for _ in range(2)]
    async with following(live, after=0, types="batch.launched") as stream:
        assert [message.event for message in await take(stream, 2)] == ["batch.launched"] * 2
    async with following(live, after=0, batch_id=batches[1]) as stream:
        (message,) = await take(stream, 1)
        assert (message.event, message.data["batchid"]) == ("batch.launched", batches[1])


async def test_what_can_not_be_wanted_is_refused(live: httpx.AsyncClient, other_key: str) -> None:
    answer = await live.get("/events", params={"types": "upload.received,batch.exploded"})
    assert (answer.status_code, slug(answer)) == (422, "unknown-event-type")
    assert "batch.exploded" in answer.json()["detail"]
    batch_id = (await live.post("/batches", json={"upload_id": await send(live)})).json()["batch_id"]
    for params, headers in (
        ({"batch_id": str(uuid4())}, {}),
        ({"batch_id": batch_id}, {"Authorization": f"Bearer {other_key}"}),
    ):
        answer = await live.get("/events", params=params, headers=headers)
        assert (answer.status_code, slug(answer)) == (404, "not-found")
    for bad in ("-1", "x"):
        answer = await live.get("/events", headers={"Last-Event-ID": bad})
        assert (answer.status_code, slug(answer)) == (422, "invalid-request")


async def test_a_client_gets_its_own_events_alone(live: httpx.AsyncClient, other_key: str) -> None:
    theirs = {"Authorization": f"Bearer {other_key}"}
    async with following(live, after=0) as stream, following(live, after=0, headers=theirs) as other:
        mine = await send(live)
        answer = await live.post("/uploads?source=apollo", content=LEADS, headers=theirs)
        (message,), (other_message,) = await take(stream, 1), await take(other, 1)
        assert message.data["data"]["upload_id"] == mine  # type: ignore[index]  # known
        assert other_message.data["data"]["upload_id"] == answer.json()["upload_id"]  # type: ignore[index]  # known


async def test_a_server_told_to_stop_ends_its_streams_and_itself(
    ingest: IngestProcess, live: httpx.AsyncClient
) -> None:
    async with following(live) as stream:
        await send(live)
        await take(stream, 1)
        ingest.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert [message async for message in stream] == []
    assert await ingest.end() in {0, -signal.SIGTERM}
