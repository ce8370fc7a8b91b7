"""One lead per person over all batches: the newest."""

from typing import Any

import httpx
import pytest

from tests.services.projector.conftest import Launcher, Project

LINKEDIN = "https://www.linkedin.com/in/ada-lovelace"

SAME: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "the LinkedIn page",
        {"full_name": "Ada King", "email": "ada@old.example", "linkedin_url": LINKEDIN},
        {"full_name": "Ada Lovelace", "email": "ada@new.example", "linkedin_url": LINKEDIN},
    ),
    ("the address", {"full_name": "Ada King", "email": "ada@acme.example"}, {"email": "ada@acme.example"}),
    (
        "name and company",
        {"full_name": "Ada Lovelace", "company_name": "Acme"},
        {"full_name": "ADA LOVELACE", "company_name": "Acme, Inc."},
    ),
]
OTHER: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "another LinkedIn page",
        {"full_name": "Ada Lovelace", "company_name": "Acme", "linkedin_url": f"{LINKEDIN}-1"},
        {"full_name": "Ada Lovelace", "company_name": "Acme", "linkedin_url": f"{LINKEDIN}-2"},
    ),
    ("another company", {"full_name": "Ada", "company_name": "Acme"}, {"full_name": "Ada", "company_name": "Globex"}),
    ("a name alone", {"full_name": "Ada"}, {"full_name": "Ada"}),
    ("nothing at all", {}, {}),
]


async def found(launch: Launcher, project: Project, api: httpx.AsyncClient, *people: dict[str, Any]) -> list[int]:
    """Launch a batch for each person; return which of the batches' leads the newest ones are."""
    batches = [await launch([person]) for person in people]
    for batch in reversed(batches):
        await project(batch)
    page = (await api.get("/leads", params={"per_person": "latest"})).json()
    assert page["total"] == len(page["leads"])
    items = [str(batch.items[0]) for batch in batches]
    return sorted(items.index(lead["batch_item_id"]) for lead in page["leads"])


@pytest.mark.parametrize(("what", "older", "newer"), SAME)
async def test_a_person_told_apart_by_this_is_found_once_and_the_newest_wins(
    launch: Launcher, project: Project, api: httpx.AsyncClient, what: str, older: dict[str, Any], newer: dict[str, Any]
) -> None:
    assert await found(launch, project, api, older, newer, {"full_name": "Bob"}) == [1, 2], what


@pytest.mark.parametrize(("what", "one", "other"), OTHER)
async def test_these_are_two_people(
    launch: Launcher, project: Project, api: httpx.AsyncClient, what: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert await found(launch, project, api, one, other) == [0, 1], what


async def test_other_filters_are_asked_of_the_newest_lead(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    for country in ("Germany", "France"):
        await project(await launch([{"email": "ada@acme.example", "country": country}]))
    totals = [
        (await api.get("/leads", params={"per_person": "latest", "country": country})).json()["total"]
        for country in ("Germany", "France")
    ]
    assert totals == [0, 1]
