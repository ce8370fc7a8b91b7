"""Which workflow a launch follows, by which versions its providers are asked, and what it overrides of them."""

import json
from uuid import UUID

import httpx
import pytest

from shared.auth import Scope, create_key
from tests.services.ingest.conftest import Owner, slug


async def launched(client: httpx.AsyncClient, upload_id: UUID | str, **order: object) -> httpx.Response:
    return await client.post("/batches", json={"upload_id": str(upload_id), **order})


async def own_workflow(owner: Owner, name: str, default_for: list[str]) -> None:
    """Keep a workflow of acme's own, as the executor does."""
    document = {
        "name": name,
        "version": 1,
        "title": "",
        "sources": [],
        "default_for": default_for,
        "steps": [{"name": "person", "waterfall": ["pdl-enrich", "apollo-bulk-match"]}],
    }
    await owner.execute(
        """
        INSERT INTO execution.own_workflows (client_id, name, version, document, made_by)
        SELECT client_id, $1, 1, $2, key_id FROM api_keys JOIN clients USING (client_id) WHERE clients.name = 'acme'
        """,
        name,
        json.dumps(document),
    )


async def provider(owner: Owner, name: str, version: int) -> None:
    await owner.execute(
        "INSERT INTO execution.builtin_providers VALUES ($1, $2, $3)",
        name,
        version,
        json.dumps({"name": name, "variables": {"base_url": "https://example.com"}}),
    )


async def test_a_default_of_ones_own_goes_before_the_built_in_one(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    await own_workflow(owner, "zebra", ["apollo"])
    assert (await launched(client, upload_id)).json()["workflow"] == "zebra"
    await own_workflow(owner, "ant", ["crm"])
    assert (await launched(client, upload_id)).json()["workflow"] == "zebra"
    await own_workflow(owner, "bee", ["apollo"])
    assert (await launched(client, upload_id)).json()["workflow"] == "bee"
    assert (await launched(client, upload_id, workflow="default")).json()["workflow"] == "default"


async def test_a_batch_names_the_version_of_each_provider_it_asks(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    for name, version in (("apollo-bulk-match", 1), ("apollo-bulk-match", 3), ("pdl-enrich", 2), ("pdl-bulk", 1)):
        await provider(owner, name, version)
    await own_workflow(owner, "own", [])
    batch_id = (await launched(client, upload_id, workflow="own")).json()["batch_id"]
    batch = (await client.get(f"/batches/{batch_id}")).json()
    assert batch["workflow"]["providers"] == {"apollo-bulk-match": 3, "pdl-enrich": 2}


async def test_a_launch_can_override_variables_of_the_providers_it_asks(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    await provider(owner, "pdl-enrich", 1)
    overrides = {"pdl-enrich": {"variables": {"base_url": "https://proxy.example.com"}}}
    batch_id = (await launched(client, upload_id, workflow="pdl", overrides=overrides)).json()["batch_id"]
    assert (await client.get(f"/batches/{batch_id}")).json()["overrides"] == overrides


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"hunter": {"variables": {"x": "y"}}}, "The workflow does not ask hunter; it asks: pdl-enrich."),
        ({"pdl-enrich": {"variables": {"x": "y"}}}, "pdl-enrich has no variable x; it has: base_url."),
    ],
)
async def test_overrides_of_what_is_not_there_are_refused(
    overrides: dict[str, object], told: str, client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    await provider(owner, "pdl-enrich", 1)
    refused = await launched(client, upload_id, workflow="pdl", overrides=overrides)
    assert (slug(refused), refused.json()["detail"]) == ("overrides-misfit", told)


async def test_overriding_needs_a_key_that_may_configure_providers(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    key = await create_key(owner, client="acme", name="launcher", scopes=frozenset({Scope.LAUNCH}))
    order = {"upload_id": str(upload_id), "overrides": {"pdl-enrich": {"variables": {"base_url": "https://x.example"}}}}
    refused = await client.post("/batches", json=order, headers={"Authorization": f"Bearer {key}"})
    assert (refused.status_code, slug(refused)) == (403, "scope-missing")
