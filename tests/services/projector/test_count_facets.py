"""Facets: leads counted by the values of each filter, under the other filters."""

from typing import Any

import httpx
import pytest

from tests.services.projector.conftest import Launcher, Project

PEOPLE: list[dict[str, Any]] = [
    {"country": "Germany", "city": "Berlin", "seniority": "vp", "email": "a@acme.example"},
    {"country": "Germany", "city": "Berlin", "seniority": "entry"},
    {"country": "Germany", "city": "Munich", "seniority": "vp"},
    {"country": "France", "city": "Paris", "seniority": "vp"},
    {},
]


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
    launch: Launcher, project: Project, api: httpx.AsyncClient, asked: dict[str, Any], expected: dict[str, Any]
) -> None:
    await project(await launch(PEOPLE))
    assert await counted(api, facet=list(expected), **asked) == expected


async def test_the_values_follow_by_their_leads(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    await project(await launch([*PEOPLE, {"city": "Aachen"}]))
    cities = (await api.get("/facets", params={"facet": "city"})).json()["facets"]["city"]
    assert [each["value"] for each in cities] == ["Berlin", "Aachen", "Munich", "Paris"]


async def test_a_facet_that_there_is_not_is_refused(api: httpx.AsyncClient) -> None:
    answer = await api.get("/facets", params={"facet": "shoe_size"})
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
