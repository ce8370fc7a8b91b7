"""Drafts: other rules beside the live rows; their diff, promotion and rollback."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.services.projector.conftest import (
    ANSWERED_AT,
    Batch,
    Launcher,
    Owner,
    Project,
    leads_of,
    rows,
)

PERSON = {"first_name": "Ada", "last_name": "Lovelace", "title": "Countess", "company_name": "Acme"}
APOLLO = {
    "name": "Ada Lovelace",
    "title": "VP Analysis",
    "organization": {"name": "Acme", "primary_domain": "acme.example"},
    "employment_history": [
        {"organization_name": "Acme", "title": "VP Analysis", "start_date": "2024-01-01", "current": True},
        {"organization_name": "Babbage & Co", "title": "Analyst", "start_date": "2020-01-01", "end_date": "2023-12-01",
         "current": False},
    ],
}  # fmt: skip
CSV_FIRST = {"policy": {"fields": {"title": ["csv"]}}}
TABLES = (
    *("final_leads", "lead_emails", "person_work_history", "customer_matches", "batch_companies"),
    *("projection_errors", "lead_sets"),
)


@pytest.fixture
async def batch(launch: Launcher, project: Project, api: httpx.AsyncClient) -> Batch:
    """Two leads, one told of by Apollo, and a former employer who is a customer."""
    await api.put("/customers", json={"customers": [{"name": "Babbage & Co."}]})
    batch = await launch([PERSON, {**PERSON, "first_name": "Annabella", "email": "a@acme.example"}])
    await batch.answer(0, "person", "apollo-bulk-match", APOLLO)
    await project(batch)
    return batch


async def everything(owner: Owner, batch: Batch) -> dict[str, list[dict[str, Any]]]:
    """Return every live row of the batch."""
    return {
        table: await rows(
            owner, f"SELECT * FROM projection.{table} WHERE batch_id = $1 ORDER BY {table}::text", batch.batch_id
        )
        for table in TABLES
    }


def path(batch: Batch, verb: str = "") -> str:
    return f"/batches/{batch.batch_id}/projection{verb}"


async def test_a_draft_stands_beside_what_readers_see_and_its_diff_says_what_would_change_and_why(
    api: httpx.AsyncClient, batch: Batch, owner: Owner
) -> None:
    before = await everything(owner, batch)
    made = (await api.put("/rules", json=CSV_FIRST)).json()
    drafted = (await api.post(path(batch), json={"rules": "v1", "draft": True})).json()
    assert (drafted["rules"], drafted["draft"], drafted["leads"]) == (made["rules"], True, 2)
    assert await everything(owner, batch) == before

    diff = (await api.get(path(batch, "/diff"))).json()
    assert (diff["draft"]["rules"], diff["next"]) == (made["rules"], None)
    assert diff["summary"] == {"leads_changed": 1, "fields": {"title": 1}, "jobs_added": 0, "jobs_removed": 0}
    (lead,) = diff["leads"]
    assert lead["batch_item_id"] == str(batch.items[0])
    assert lead["fields"] == {
        "title": {
            "from": "VP Analysis",
            "to": "Countess",
            "reason": "the CSV row is believed about it now, before apollo-bulk-match (step person)",
        }
    }
    assert lead["work_history"] == {"added": [], "removed": []}
    assert (await api.get(path(batch, "/diff"), params={"field": "email"})).json()["leads"] == []


async def test_promoted_and_rolled_back_every_row_is_as_it_was(
    api: httpx.AsyncClient, batch: Batch, owner: Owner
) -> None:
    before = await everything(owner, batch)
    await api.put("/rules", json={"policy": {**CSV_FIRST["policy"], "work_history": ["pdl"]}})
    await api.post(path(batch), json={"rules": "v1", "draft": True})
    promoted = await api.post(path(batch, "/promote"))
    assert (promoted.status_code, (await leads_of(owner, batch))[0]["title"]) == (200, "Countess")
    assert (await api.get(path(batch, "/diff"))).status_code == 404
    after = await everything(owner, batch)
    assert (await api.post(path(batch, "/rollback"))).status_code == 200
    assert await everything(owner, batch) == before
    assert (await api.post(path(batch, "/promote"))).status_code == 200
    assert await everything(owner, batch) == after
    told = await owner.fetchval("SELECT count(*) FROM outbox WHERE type = 'batch.projected'")
    assert told == 4


async def test_without_a_draft_other_rules_take_the_place_at_once_and_can_be_rolled_back(
    api: httpx.AsyncClient, batch: Batch, owner: Owner
) -> None:
    before = await everything(owner, batch)
    await api.put("/rules", json=CSV_FIRST)
    answer = (await api.post(path(batch), json={"rules": "v1"})).json()
    assert (answer["draft"], (await leads_of(owner, batch))[0]["title"]) == (False, "Countess")
    await api.post(path(batch, "/rollback"))
    assert await everything(owner, batch) == before


async def test_answers_are_read_as_they_stood_at_a_time(api: httpx.AsyncClient, batch: Batch, owner: Owner) -> None:
    later = ANSWERED_AT + timedelta(minutes=10)
    better = {**APOLLO, "title": "Chief Analyst"}
    await batch.answer(0, "person", "apollo-bulk-match", better, attempt=2, created_at=later)
    await api.post(path(batch))
    assert (await leads_of(owner, batch))[0]["title"] == "Chief Analyst"
    asked = {"as_of": (later - timedelta(minutes=1)).isoformat(), "draft": True}
    drafted = (await api.post(path(batch), json=asked)).json()
    assert drafted["as_of"] == (later - timedelta(minutes=1)).isoformat()
    (lead,) = (await api.get(path(batch, "/diff"))).json()["leads"]
    assert lead["fields"]["title"] == {
        "from": "Chief Analyst",
        "to": "VP Analysis",
        "reason": "apollo-bulk-match (step person) tells it as before; it is read differently",
    }
    nothing = {"as_of": (ANSWERED_AT - timedelta(minutes=1)).isoformat(), "draft": True}
    assert (await api.post(path(batch), json=nothing)).json()["jobs"] == 0
    diff = (await api.get(path(batch, "/diff"))).json()
    assert diff["summary"]["jobs_removed"] == 2
    assert {job["company_name"] for job in diff["leads"][0]["work_history"]["removed"]} == {"Acme", "Babbage & Co"}


async def test_what_was_made_of_fewer_answers_can_not_take_the_place_of_what_was_made_of_more(
    api: httpx.AsyncClient, batch: Batch, project: Project
) -> None:
    await api.put("/rules", json=CSV_FIRST)
    await api.post(path(batch), json={"rules": "v1", "draft": True})
    await project(batch, 2)
    refused = await api.post(path(batch, "/promote"))
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:leadledger:problem:conflict")


async def test_customers_that_changed_since_are_matched_when_a_draft_is_promoted(
    api: httpx.AsyncClient, batch: Batch, owner: Owner
) -> None:
    await api.post(path(batch), json={"draft": True})
    await api.put("/customers", json={"customers": [{"name": "Somebody Else"}]})
    await api.post(path(batch, "/promote"))
    assert [lead["worked_at_customer"] for lead in await leads_of(owner, batch)] == [False, False]
    assert await owner.fetchval("SELECT count(*) FROM customer_matches") == 0


@pytest.mark.parametrize("verb", ["/diff", "/promote", "/rollback", "/draft"])
async def test_without_a_draft_there_is_nothing_to_do(api: httpx.AsyncClient, batch: Batch, verb: str) -> None:
    method = {"/diff": "GET", "/draft": "DELETE"}.get(verb, "POST")
    assert (await api.request(method, path(batch, verb))).status_code == 404


async def test_a_draft_can_be_forgotten(api: httpx.AsyncClient, batch: Batch, owner: Owner) -> None:
    await api.post(path(batch), json={"draft": True})
    assert (await api.delete(path(batch, "/draft"))).status_code == 204
    assert await owner.fetchval("SELECT count(*) FROM projection_draft.final_leads") == 0


async def test_unknown_rules_are_not_found(api: httpx.AsyncClient, batch: Batch) -> None:
    assert (await api.post(path(batch), json={"rules": "v7", "draft": True})).status_code == 404


async def test_a_reader_never_misses_a_lead_nor_sees_one_twice_while_rows_are_moved(
    api: httpx.AsyncClient, batch: Batch
) -> None:
    await api.put("/rules", json=CSV_FIRST)
    seen: list[list[str]] = []
    done = asyncio.Event()

    async def read() -> None:
        while not done.is_set():
            page = (await api.get("/leads", params={"batch_id": str(batch.batch_id)})).json()
            seen.append(sorted(lead["batch_item_id"] for lead in page["leads"]))

    reader = asyncio.create_task(read())
    for _ in range(3):
        await api.post(path(batch), json={"rules": "v1", "draft": True})
        await api.post(path(batch, "/promote"))
        await api.post(path(batch, "/rollback"))
        await api.post(path(batch))
    done.set()
    await reader
    assert len(seen) > 5
    assert {tuple(each) for each in seen} == {tuple(sorted(map(str, batch.items)))}
