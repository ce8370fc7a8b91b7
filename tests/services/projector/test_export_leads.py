"""Leads as files: all of them, safe in a spreadsheet, while a rebuild goes on."""

import csv
import io
import json
from typing import Any

import httpx
import pytest

from services.projector import export_leads
from services.projector.store.leads import COLUMNS
from tests.services.projector.conftest import Launcher, Project

PEOPLE: list[dict[str, Any]] = [
    {"full_name": "Ada", "title": "=1+1", "country": "Germany"},
    {"full_name": "Bob", "title": "+49 of us", "country": "France"},
    {"full_name": 'Carol, "C"', "title": "@sales", "country": "Germany"},
    {"full_name": "Dan", "title": "-", "country": "Germany"},
    {"full_name": "Eve", "title": "CEO"},
]


def table(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture
def pages_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every file be made of several pages."""
    monkeypatch.setattr(export_leads, "_PAGE", 2)


async def test_a_csv_has_every_lead_and_no_formulas(
    launch: Launcher, project: Project, api: httpx.AsyncClient, pages_of_two: None
) -> None:
    await project(await launch(PEOPLE))
    answer = await api.get("/leads.csv", params={"sort": "added"})
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="leads.csv"'
    rows = table(answer)
    assert list(rows[0]) == [*COLUMNS, "customers"]
    assert [(row["full_name"], row["title"], row["worked_at_customer"], row["is_new_in_role"]) for row in rows] == [
        ("Ada", "'=1+1", "false", ""),
        ("Bob", "'+49 of us", "false", ""),
        ('Carol, "C"', "'@sales", "false", ""),
        ("Dan", "'-", "false", ""),
        ("Eve", "CEO", "false", ""),
    ]
    as_it_is = table(await api.get("/leads.csv", params={"sort": "added", "formula_safe": False}))
    assert [row["title"] for row in as_it_is] == ["=1+1", "+49 of us", "@sales", "-", "CEO"]


async def test_a_file_has_what_the_filters_let_through(
    launch: Launcher, project: Project, api: httpx.AsyncClient, pages_of_two: None
) -> None:
    await project(await launch(PEOPLE))
    answer = await api.get("/leads.jsonl", params={"country": "germany", "sort": "-name"})
    leads = [json.loads(line) for line in answer.text.splitlines()]
    assert [lead["full_name"] for lead in leads] == ["Dan", 'Carol, "C"', "Ada"]
    assert leads == (await api.get("/leads", params={"country": "germany", "sort": "-name"})).json()["leads"]


async def test_nothing_found_is_a_header_or_nothing(api: httpx.AsyncClient) -> None:
    assert (await api.get("/leads.csv")).text == ",".join([*COLUMNS, "customers"]) + "\r\n"
    assert (await api.get("/leads.jsonl")).text == ""


async def test_customers_are_named(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    batch = await launch([{"full_name": "Ada"}])
    jobs = [
        {"organization_name": "Acme", "title": title, "current": False, "start_date": start}
        for title, start in (("VP", "2020-01-01"), ("Intern", "2010-01-01"))
    ]
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada", "employment_history": jobs})
    await project(batch)
    await api.put("/customers", json={"customers": [{"name": "Acme"}]})
    assert [(row["worked_at_customer"], row["customers"]) for row in table(await api.get("/leads.csv"))] == [
        ("true", "Acme")
    ]


async def test_a_wrong_question_is_a_problem_and_no_file(api: httpx.AsyncClient) -> None:
    for path in ("/leads.csv", "/leads.jsonl"):
        answer = await api.get(path, params={"seniority": "wizard"})
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
