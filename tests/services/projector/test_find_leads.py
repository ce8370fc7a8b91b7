"""Pages of leads: in order, without gaps and without anything twice."""

from typing import Any

import httpx
import pytest

from services.projector.sorts import SORT_NAMES
from tests.services.projector.conftest import Batch, Launcher, Project

PEOPLE: list[dict[str, Any]] = [
    {"full_name": name, "company_name": company, "current_job_started_on": started}
    for name, company, started in (
        ("\u00c9mile", "Acme", "2020-01"),
        ("ada", "Acme", None),
        (None, None, "2020-01"),
        ("Bob", "Globex", None),
        ("bob", "acme inc", "2019"),
        (None, "Initech", "2021-05-06"),
        ("Ada", None, "2020-01"),
    )
]


ORDERS = [
    ("added", [1, 2, 3, 4, 5, 6, 7]),
    ("-added", [7, 6, 5, 4, 3, 2, 1]),
    ("name", [2, 7, 4, 5, 1, 3, 6]),
    ("-name", [1, 5, 4, 7, 2, 6, 3]),
    ("company", [1, 2, 5, 4, 6, 3, 7]),
    ("-company", [6, 4, 5, 2, 1, 7, 3]),
    ("job_start", [5, 1, 3, 7, 6, 2, 4]),
    ("-job_start", [6, 7, 3, 1, 5, 4, 2]),
]


def rows() -> list[dict[str, Any]]:
    return [{name: value for name, value in person.items() if value is not None} for person in PEOPLE]


async def pages(api: httpx.AsyncClient, **asked: Any) -> list[list[dict[str, Any]]]:
    found, after = [], None
    while True:
        answer = await api.get("/leads", params={**asked, **({"after": after} if after else {})})
        assert answer.status_code == 200, answer.text
        found.append(answer.json()["leads"])
        after = answer.json()["next"]
        if after is None:
            return found


def order(batch: Batch, found: list[list[dict[str, Any]]]) -> list[int]:
    return [lead["item_no"] for page in found for lead in page]


@pytest.mark.parametrize(("sort", "expected"), ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 3, 500])
async def test_pages_follow_the_order_and_what_has_no_value_comes_last(
    launch: Launcher, project: Project, api: httpx.AsyncClient, sort: str, expected: list[int], limit: int
) -> None:
    batch = await launch(rows())
    await project(batch)
    found = await pages(api, sort=sort, limit=limit)
    assert order(batch, found) == expected
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)


def test_every_order_has_a_case() -> None:
    assert {name for name, _ in ORDERS} == set(SORT_NAMES)


async def test_paging_stands_a_rebuild_in_between(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    batch = await launch(rows())
    await project(batch)
    first = (await api.get("/leads", params={"sort": "name", "limit": 3})).json()
    await project(batch, 2)
    rest = (await api.get("/leads", params={"sort": "name", "limit": 500, "after": first["next"]})).json()
    assert order(batch, [first["leads"], rest["leads"]]) == [2, 7, 4, 5, 1, 3, 6]


async def test_a_cursor_is_good_for_its_order_alone(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    await project(await launch(rows()))
    page = (await api.get("/leads", params={"sort": "name", "limit": 3})).json()
    answer = await api.get("/leads", params={"sort": "company", "after": page["next"]})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:leadledger:problem:bad-input")


async def test_a_lead_is_shown_with_history_and_addresses(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    batch = await launch([{"full_name": "Ada", "email": "ada@acme.example", "email_status": "Verified"}])
    job = {"organization_name": "Acme", "title": "VP", "start_date": "2020-02-01", "current": True}
    result = await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada", "employment_history": [job]})
    await project(batch)
    lead = (await api.get(f"/leads/{batch.items[0]}")).json()
    assert (lead["full_name"], lead["title"], lead["company_name"], lead["current_job_started_on"]) == (
        "Ada",
        "VP",
        "Acme",
        "2020-02-01",
    )
    assert lead["work_history"] == [
        {
            "job_no": 1,
            "company_name": "Acme",
            "company_key": "acme",
            "company_domain": None,
            "domain_is_inferred": False,
            "company_linkedin": None,
            "title": "VP",
            "start_date": "2020-02-01",
            "start_precision": "month",
            "end_date": None,
            "end_precision": None,
            "is_current": True,
            "result_id": str(result),
            "json_path": "$.employment_history[0]",
            "other_sources": None,
            "customers": [],
        }
    ]
    assert [(email["email"], email["verdict"], email["is_chosen"]) for email in lead["emails"]] == [
        ("ada@acme.example", "valid", True)
    ]


async def test_an_unknown_lead_is_not_found(api: httpx.AsyncClient, launch: Launcher) -> None:
    batch = await launch([{}])
    for path in ("", "/trace"):
        answer = await api.get(f"/leads/{batch.items[0]}{path}")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:leadledger:problem:not-found")


async def test_who_does_not_ask_for_the_total_gets_none(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    await project(await launch(rows()))
    page = (await api.get("/leads", params={"limit": 2, "total": False})).json()
    assert (page["total"], len(page["leads"])) == (None, 2)
