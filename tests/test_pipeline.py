"""The whole way on both buses: an Apollo CSV becomes leads that can be filtered, each cell with its receipt."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.executor.app import create_app as create_executor
from services.ingest.app import create_app as create_ingest
from services.projector.app import create_app as create_projector
from services.sandbox.app import create_sandbox
from shared.bus import connect_bus
from shared.settings import Settings
from tests.eventually import eventually
from tests.serving import serving

DEMO = Path("services/sandbox/demo")
Services = dict[str, httpx.AsyncClient]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with serving(create_sandbox()) as url:
        yield url


@pytest.fixture(params=["memory", "rabbitmq"])
async def services(
    request: pytest.FixtureRequest, settings: Settings, api_key: str, sandbox: str
) -> AsyncIterator[Services]:
    """The three services on one bus of the kind asked for, their providers configured to the sandbox."""
    changes: dict[str, Any] = {"secret_key": SecretStr(Fernet.generate_key().decode())}
    if request.param == "rabbitmq":
        changes |= {
            "bus_url": request.getfixturevalue("rabbit"),
            "bus_prefix": request.getfixturevalue("bus_prefix"),
        }
    settings = settings.model_copy(update=changes)
    async with AsyncExitStack() as stack:
        bus = await connect_bus(settings)
        stack.push_async_callback(bus.close)
        clients = {}
        for name, create in {
            "ingest": create_ingest,
            "executor": create_executor,
            "projector": create_projector,
        }.items():
            app = create(settings, bus)
            await stack.enter_async_context(app.router.lifespan_context(app))
            client = httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url=f"http://{name}",
                headers={"Authorization": f"Bearer {api_key}"},
                timeout=30,
            )
            clients[name] = await stack.enter_async_context(client)
        for provider, prefix in {"apollo-bulk-match": "apollo", "pdl-bulk": "pdl"}.items():
            given = {"variables": {"base_url": f"{sandbox}/{prefix}"}, "secrets": {"api_key": "good"}}
            path = f"/providers/{provider}/configuration"
            (await clients["executor"].put(path, json=given)).raise_for_status()
        yield clients


async def test_an_apollo_csv_becomes_leads_with_receipts(services: Services) -> None:
    ingest, executor, projector = services["ingest"], services["executor"], services["projector"]
    customers = (DEMO / "customers.csv").read_bytes()
    stored = await projector.put("/customers", content=customers, headers={"Content-Type": "text/csv"})
    assert stored.json()["customers"] == 25
    uploaded = await ingest.post(
        "/uploads?source=apollo&filename=demo.csv", content=(DEMO / "apollo_demo.csv").read_bytes()
    )
    upload = uploaded.json()
    assert (uploaded.status_code, upload["rows"], upload["problems"]) == (201, 300, 0)
    launched = await ingest.post("/batches", json={"upload_id": upload["upload_id"]})
    batch_id = launched.json()["batch_id"]
    assert (launched.status_code, launched.json()["items"]) == (202, 300)

    async def is_projected() -> bool:
        return bool((await ingest.get(f"/batches/{batch_id}")).json()["projected"])

    await eventually(is_projected, within=60)
    batch = (await ingest.get(f"/batches/{batch_id}")).json()
    assert (batch["state"], batch["completion"], sum(batch["counts"].values())) == ("completed", 1, 300)
    assert (await executor.get(f"/batches/{batch_id}/verify")).json()["verified"] is True

    everybody = (await projector.get("/leads", params={"batch_id": batch_id, "limit": 1})).json()
    assert everybody["total"] == 300
    found = (await projector.get("/leads", params={"batch_id": batch_id, "worked_at_customer": "true"})).json()
    assert 80 <= found["total"] <= 140
    lead = found["leads"][0]
    assert lead["worked_at_customer"] is True
    detail = (await projector.get(f"/leads/{lead['batch_item_id']}")).json()
    assert len(detail["work_history"]) >= 2
    trace = (await projector.get(f"/leads/{lead['batch_item_id']}/trace")).json()
    assert trace["batch_item_id"] == lead["batch_item_id"]
