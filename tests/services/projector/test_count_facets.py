"""Facets: leads counted by the values of each filter, under the other filters."""

from typing import Any

import httpx
import pytest

from services.projector import count_facets
from services.projector.store import lead_sets
from tests.services.projector.conftest import Launcher, Project

PEOPLE: list[dict[str, Any]] = [
    {"country": "Germany", "city": "Berlin", "seniority": "vp", "email": "a@acme.example"},
    {"country": "Germany", "city": "Berlin", "seniority": "entry"},
    {"country": "Germany", "city": "Munich", "seniority": "vp"},
    {"country": "France", "city": "Paris", "seniority": "vp"},
    {},
]


@pytest.fixture(params=["by the leads", "by sets"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Count in each of the two ways, however few the leads are."""
    monkeypatch.setattr(count_facets, "_MANY", 1_000_000 if request.param == "by the leads" else -1)
    return str(request.param)


async def counted(api: httpx.AsyncClient, **asked: Any) -> dict[str, dict[Any, int]]:
    answer = await api.get("/facets", params=asked)
    assert answer.status_code == 200, answer.text
    facets = answer.json()["facets"]
    return {name: {each["value"]: each["leads"] for each in values} for name, values in facets.items()}


async def test_every_value_is_counted(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    batch = await launch(PEOPLE)
    await project(batch)
    assert await counted(api) == {
        "worked_at_customer": {False: 5},
        "seniority": {"vp": 3, "entry": 1},
        "industry": {},
        "size": {},
        "country": {"Germany": 3, "France": 1},
        "state": {},
        "city": {"Berlin": 2, "Munich": 1, "Paris": 1},
        "new_in_role": {},
        "recently_funded": {},
        "email_verdict": {"none": 4, "unknown": 1},
        "has_email": {False: 4, True: 1},
        "batch_id": {str(batch.batch_id): 5},
        "source": {"apollo": 5},
    }


ASKED: list[tuple[dict[str, Any], dict[str, dict[Any, int]]]] = [
    ({"country": "germany"}, {"country": {"Germany": 3, "France": 1}, "city": {"Berlin": 2, "Munich": 1}}),
    (
        {"country": "germany", "seniority": "vp"},
        {"country": {"Germany": 2, "France": 1}, "seniority": {"vp": 2, "entry": 1}},
    ),
    ({"country": ["germany", "france"]}, {"city": {"Berlin": 2, "Munich": 1, "Paris": 1}}),
    ({"has_email": True}, {"has_email": {False: 4, True: 1}, "country": {"Germany": 1}}),
    ({"country": "nowhere"}, {"country": {"Germany": 3, "France": 1}, "city": {}}),
    ({"limit": 1}, {"city": {"Berlin": 2}, "seniority": {"vp": 3}}),
]


@pytest.mark.parametrize(("asked", "expected"), ASKED)
async def test_a_facet_stands_under_the_other_filters(
    launch: Launcher,
    project: Project,
    api: httpx.AsyncClient,
    way: str,
    asked: dict[str, Any],
    expected: dict[str, Any],
) -> None:
    await project(await launch(PEOPLE[:3]))
    await project(await launch(PEOPLE[3:]))
    assert await counted(api, facet=list(expected), **asked) == expected, way


async def test_values_that_few_leads_have_narrow_a_facet_like_others(
    launch: Launcher, project: Project, api: httpx.AsyncClient, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lead_sets, "_SMALL", 0)
    monkeypatch.setattr(lead_sets, "_FEW", 2)  # in a batch of four, a value of one lead is rare
    await project(await launch(PEOPLE[:4]))
    asked = {"country": ["france", "germany"], "city": ["paris", "munich"]}
    assert (await api.get("/leads", params=asked)).json()["total"] == 2
    assert await counted(api, facet=["seniority", "email_verdict"], **asked) == {
        "seniority": {"vp": 2},
        "email_verdict": {"none": 2},
    }, way


async def test_the_values_follow_by_their_leads(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    await project(await launch([*PEOPLE, {"city": "Aachen"}]))
    cities = (await api.get("/facets", params={"facet": "city"})).json()["facets"]["city"]
    assert [each["value"] for each in cities] == ["Berlin", "Aachen", "Munich", "Paris"]


async def test_the_batch_narrows_every_facet_but_its_own(
    launch: Launcher, project: Project, api: httpx.AsyncClient, way: str
) -> None:
    one, other = await launch(PEOPLE[:3]), await launch(PEOPLE[3:])
    for batch in (one, other):
        await project(batch)
    ids = [str(batch.batch_id) for batch in (one, other)]
    alone = await counted(api, facet=["country", "batch_id"], batch_id=ids[0])
    assert alone == {"country": {"Germany": 3}, "batch_id": {ids[0]: 3, ids[1]: 2}}, way
    with_another = await counted(api, facet=["country", "batch_id"], batch_id=ids[0], seniority="vp")
    assert with_another == {"country": {"Germany": 2}, "batch_id": {ids[0]: 2, ids[1]: 1}}, way


async def test_a_facet_that_there_is_not_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/facets", params={"facet": "shoe_size"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
