"""What a client decides about a customer and a company holds, whatever is rebuilt."""

from typing import Any

import httpx

from tests.services.projector.conftest import Batch, Launcher, Owner, Project, leads_of


async def review(api: httpx.AsyncClient, *, similar: bool = False) -> tuple[str, dict[str, Any]]:
    """Return the id of the only customer, and the companies to review."""
    [customer] = (await api.get("/customers")).json()["customers"]
    path = f"/customers/{customer['customer_id']}"
    return path, (await api.get(f"{path}/companies", params={"similar": similar})).json()


async def former_employees(launch: Launcher, project: Project, *companies: str) -> Batch:
    batch = await launch([{} for _ in companies])
    for number, company in enumerate(companies):
        job = {"organization_name": company, "current": False}
        await batch.answer(number, "person", "apollo-bulk-match", {"name": "A", "employment_history": [job]})
    await project(batch)
    return batch


async def at_customer(owner: Owner, batch: Batch) -> list[bool]:
    return [lead["worked_at_customer"] for lead in await leads_of(owner, batch)]


async def test_a_rejected_match_stays_rejected_until_that_is_withdrawn(
    api: httpx.AsyncClient, owner: Owner, launch: Launcher, project: Project
) -> None:
    await api.put("/customers", json={"customers": [{"name": "Acme"}]})
    batch = await former_employees(launch, project, "ACME Inc.")
    path, found = await review(api)
    matched = {"company_key": "acme", "company_name": "ACME Inc.", "tier": "name_normalised", "jobs": 1}
    assert found == {"companies": [matched | {"verdict": None}], "similar": []}

    decided = await api.put(f"{path}/verdicts", json={"company_key": "acme", "verdict": "reject"})
    assert decided.json() == {"company_key": "acme", "verdict": "reject", "leads_changed": 1}
    assert await at_customer(owner, batch) == [False]
    await project.again(batch)
    await api.put("/customers", json={"customers": [{"name": "Acme"}]})
    assert await at_customer(owner, batch) == [False]
    _, found = await review(api)
    assert [(each["tier"], each["verdict"], each["jobs"]) for each in found["companies"]] == [(None, "reject", 0)]

    await api.put(f"{path}/verdicts", json={"company_key": "acme", "verdict": "withdrawn"})
    assert await at_customer(owner, batch) == [True]


async def test_a_name_that_begins_alike_counts_once_it_is_confirmed(
    api: httpx.AsyncClient, owner: Owner, launch: Launcher, project: Project
) -> None:
    await api.put("/customers", json={"customers": [{"name": "Acme Robotics"}]})
    batch = await former_employees(launch, project, "Acme Robotics Europe", "Acme", "Acmeville")
    path, found = await review(api, similar=True)
    assert found["companies"] == []
    assert [each["company_key"] for each in found["similar"]] == ["acme", "acme robotics europe"]
    assert await at_customer(owner, batch) == [False, False, False]

    await api.put(f"{path}/verdicts", json={"company_key": "acme robotics europe", "verdict": "confirm"})
    assert await at_customer(owner, batch) == [True, False, False]
    await project.again(batch)
    assert await at_customer(owner, batch) == [True, False, False]
    _, found = await review(api, similar=True)
    assert [(each["tier"], each["verdict"]) for each in found["companies"]] == [("confirmed", "confirm")]
    assert [each["company_key"] for each in found["similar"]] == ["acme"]


async def test_what_nobody_knows_can_t_be_decided_about(api: httpx.AsyncClient) -> None:
    nobody = "/customers/0198c2f0-0000-7000-8000-000000000001"
    assert (await api.get(f"{nobody}/companies")).status_code == 404
    assert (await api.put(f"{nobody}/verdicts", json={"company_key": "a", "verdict": "confirm"})).status_code == 404
    await api.put("/customers", json={"customers": [{"name": "Acme"}]})
    path, _ = await review(api)
    assert (await api.put(f"{path}/verdicts", json={"company_key": "a", "verdict": "confirm"})).status_code == 404
    assert (await api.put(f"{path}/verdicts", json={"company_key": "a", "verdict": "maybe"})).status_code == 422
