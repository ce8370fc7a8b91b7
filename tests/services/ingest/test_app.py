"""The service as a whole: wired, described, ready, stopped."""

import httpx
from fastapi import FastAPI

from services.ingest.app import create_app
from shared.bus import MemoryBus
from shared.bus.topology import EVENTS
from shared.settings import Settings
from tests.eventually import eventually
from tests.services.ingest.conftest import Owner, Send, running


async def test_a_running_service_is_ready(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")
    assert answer.json() == {"ready": True, "checks": {"database": "ok", "bus": "ok", "duties": "ok"}}


async def test_it_connects_to_its_own_bus_if_given_none(settings: Settings) -> None:
    async with running(create_app(settings)) as client:
        assert (await client.get("/readyz")).status_code == 200


async def test_what_it_stores_is_published_at_once(upload: Send, owner: Owner) -> None:
    await upload()

    async def is_published() -> bool:
        return bool(await owner.fetchval("SELECT count(*) = 1 FROM outbox_publications"))

    await eventually(is_published)


async def test_a_message_that_is_no_event_is_buried(client: httpx.AsyncClient, bus: MemoryBus) -> None:
    await bus.send(EVENTS, b"no event")
    await eventually(lambda: [body for body, _ in bus.dead_letters] == [b"no event"])


async def test_a_stopped_service_holds_no_connection_and_leaves_a_given_bus_open(
    settings: Settings, bus: MemoryBus, owner: Owner
) -> None:
    async with running(create_app(settings, bus)) as client:
        assert (await client.get("/readyz")).status_code == 200

    async def is_gone() -> bool:
        count = await owner.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename LIKE 'leadledger_%'"
        )
        return bool(count == 0)

    await eventually(is_gone)
    assert bus.problem() is None


def test_every_call_and_its_shapes_are_described(app: FastAPI) -> None:
    document = app.openapi()
    assert {path: sorted(calls) for path, calls in document["paths"].items() if path[1:4] in {"upl", "bat", "eve"}} == {
        "/uploads": ["get", "post"],
        "/uploads/{upload_id}": ["get"],
        "/uploads/{upload_id}/rows": ["get"],
        "/uploads/{upload_id}/problems": ["get"],
        "/uploads/{upload_id}/problems.csv": ["get"],
        "/uploads/{upload_id}/columns": ["get"],
        "/uploads/{upload_id}/preview": ["get"],
        "/uploads/{upload_id}/mapping": ["put"],
        "/uploads/partial": ["post"],
        "/uploads/partial/{partial_id}": ["get", "patch"],
        "/uploads/{upload_id}/file": ["get"],
        "/batches": ["get", "post"],
        "/batches/{batch_id}": ["get"],
        "/events": ["get"],
    }
    body = document["paths"]["/uploads"]["post"]["requestBody"]["content"]
    assert set(body) == {"text/csv", "multipart/form-data"}
    assert document["components"]["schemas"]["BatchOrder"]["properties"]["sample"]["examples"] == [10]
