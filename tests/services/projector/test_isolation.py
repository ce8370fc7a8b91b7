"""No client sees anything of another's."""

import httpx
import pytest
from fastapi import FastAPI

from services.projector.replace_customers import replace_customers
from services.projector.store.batches import projection_status
from shared.postgres import Postgres
from tests.services.projector.conftest import Launcher, Owner, Project, calling

TABLES = (
    *("rules", "projections", "final_leads", "lead_emails", "person_work_history", "batch_companies", "company_names"),
    *("company_sites", "search_words", "client_customers", "customer_matches", "projection_errors"),
    *("lead_sets",),
)


@pytest.fixture
async def strangers(app: FastAPI, other_key: str) -> httpx.AsyncClient:
    return calling(app, other_key)


async def test_the_tables_show_each_client_its_own_rows(
    launch: Launcher, project: Project, owner: Owner, projector: Postgres, other_key: str
) -> None:
    batch = await launch([{"first_name": "Ada", "company_website": "acme.example", "employees": "many"}])
    jobs = [{"organization_name": "Acme", "title": "VP", "current": False}]
    await batch.answer(
        0, "person", "apollo-bulk-match", {"name": "A", "email": "a@b.example", "employment_history": jobs}
    )
    await replace_customers(projector, batch.client_id, [{"name": "Acme"}])
    await project(batch)
    stranger = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    for table in TABLES:
        async with projector.tenant(batch.client_id) as connection:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") > 0, table
        async with projector.tenant(stranger) as connection:
            assert await connection.fetchval(f"SELECT count(*) FROM {table}") == 0, table
            assert await projection_status(connection, stranger, batch.batch_id, errors=1) is None


async def test_the_api_knows_nothing_of_another_s(
    launch: Launcher, project: Project, api: httpx.AsyncClient, strangers: httpx.AsyncClient
) -> None:
    batch = await launch([{"first_name": "Ada"}])
    await project(batch)
    await api.put("/customers", json={"customers": [{"name": "Acme"}]})
    async with strangers:
        assert (await strangers.get("/leads")).json() == {"leads": [], "total": 0, "next": None}
        assert (await strangers.get("/leads", params={"batch_id": str(batch.batch_id)})).json()["total"] == 0
        assert (await strangers.get("/leads", params={"q": "ada"})).json()["total"] == 0
        assert (await strangers.get("/customers")).json() == {"customers": [], "next": None}
        for path in (
            f"/leads/{batch.items[0]}",
            f"/leads/{batch.items[0]}/trace",
            f"/batches/{batch.batch_id}/projection",
        ):
            assert (await strangers.get(path)).status_code == 404
        assert (await strangers.post(f"/batches/{batch.batch_id}/projection")).status_code == 404
        await strangers.put("/customers", json={"customers": []})
    assert len((await api.get("/customers")).json()["customers"]) == 1
