"""Every filter lets through what it says, by an index, under row security."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.projector.conditions import conditions_of
from services.projector.filters import FILTERS
from services.projector.replace_customers import replace_customers
from services.projector.store.where import Where
from shared.postgres import Postgres
from tests.services.projector.conftest import Batch, Launcher, Owner, Project

ADA: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@acme.example",
    "email_verdict": "valid",
    "title": "VP of Sales",
    "seniority": "vp",
    "city": "McLean",
    "state": "Virginia",
    "country": "United States",
    "company": {
        "name": "Acme Widgets, Inc.",
        "domain": "acme.example",
        "industry": "Computer Software",
        "employees": 120,
        "last_funded_on": "2026-03",
    },
    "work_history": [
        {"company": "Acme Widgets", "title": "VP of Sales", "start_date": "2026-08", "is_current": True},
        {"company": "Stripe, Inc.", "domain": "stripe.com", "title": "Sales Director", "is_current": False},
        {"company": "Globex", "title": "Intern", "is_current": False},
    ],
}
BOB: dict[str, Any] = {
    "first_name": "Bob",
    "last_name": "Adams",
    "title": "Engineer",
    "seniority": "senior",
    "city": "Berlin",
    "country": "Germany",
    "company": {
        "name": "Globex",
        "domain": "globex.example",
        "industry": "machinery",
        "employees": 9,
        "last_funded_on": "2019",
    },
    "work_history": [
        {"company": "Globex", "title": "Engineer", "start_date": "2015", "is_current": True},
        {"company": "Stripe", "title": "Intern", "is_current": False},
    ],
}
CAROL: dict[str, Any] = {
    "full_name": "Carol",
    "work_history": [{"company": "Initech", "title": "Sales", "is_current": True}],
}

CASES: list[tuple[dict[str, Any], set[str]]] = [
    ({}, {"Ada", "Bob", "Carol"}),
    ({"worked_at_customer": True}, {"Ada", "Bob"}),
    ({"worked_at_customer": False}, {"Carol"}),
    ({"worked_at_customer": [True, False]}, {"Ada", "Bob", "Carol"}),
    ({"past_company": "stripe"}, {"Ada", "Bob"}),
    ({"past_company": "Globex GmbH"}, {"Ada"}),
    ({"past_company": "Acme Widgets"}, set()),
    ({"past_company": ["Globex", "nobody"]}, {"Ada"}),
    ({"past_company_domain": "https://www.stripe.com/"}, {"Ada", "Bob"}),
    ({"past_title": "sales dir"}, {"Ada"}),
    ({"past_title": "intern", "past_company": "stripe"}, {"Bob"}),
    ({"current_company": "acme widgets"}, {"Ada"}),
    ({"current_company": ["Globex", "Initech"]}, {"Bob", "Carol"}),
    ({"title": "sales"}, {"Ada", "Carol"}),
    ({"title": "SALES v"}, {"Ada"}),
    ({"title": "ales"}, set()),
    ({"seniority": "vp"}, {"Ada"}),
    ({"seniority": ["vp", "senior"]}, {"Ada", "Bob"}),
    ({"industry": "computer SOFTWARE"}, {"Ada"}),
    ({"size": "1-10"}, {"Bob"}),
    ({"country": "united states"}, {"Ada"}),
    ({"state": "virginia"}, {"Ada"}),
    ({"city": "mclean"}, {"Ada"}),
    ({"new_in_role": True}, {"Ada"}),
    ({"new_in_role": False}, {"Bob"}),
    ({"recently_funded": True}, {"Ada"}),
    ({"recently_funded": False}, {"Bob"}),
    ({"email_verdict": "valid"}, {"Ada"}),
    ({"email_verdict": "none"}, {"Bob", "Carol"}),
    ({"has_email": True}, {"Ada"}),
    ({"has_email": False}, {"Bob", "Carol"}),
    ({"source": "apollo"}, {"Ada", "Bob", "Carol"}),
    ({"source": "crm"}, set()),
    ({"q": "lovel"}, {"Ada"}),
    ({"q": "ada"}, {"Ada", "Bob"}),
    ({"q": "ada lov"}, {"Ada"}),
    ({"q": "widg"}, {"Ada"}),
    ({"q": "globex.ex"}, {"Bob"}),
    ({"q": ["carol", "acme.example"]}, {"Ada", "Carol"}),
    ({"per_person": "latest"}, {"Ada", "Bob", "Carol"}),
    ({"country": "Germany", "seniority": "senior"}, {"Bob"}),
    ({"country": "Germany", "seniority": "vp"}, set()),
]


async def written(launch: Launcher, project: Project) -> Batch:
    batch = await launch([{}, {}, {}], steps=[("own", "function")])
    for number, data in enumerate((ADA, BOB, CAROL)):
        await batch.answer(number, "own", "function", {"ok": True, "data": data})
    await project(batch, strict=True)
    await replace_customers(project.postgres, batch.client_id, [{"name": "Stripe", "domain": "stripe.com"}])
    return batch


async def test_each_filter_lets_through_what_it_says(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    batch = await written(launch, project)
    answers = [(await api.get("/leads", params=asked)) for asked, _ in CASES]
    assert {answer.status_code for answer in answers} == {200}
    found = [
        ({lead["full_name"].split()[0] for lead in answer.json()["leads"]}, answer.json()["total"])
        for answer in answers
    ]
    assert [(asked, *each) for (asked, _), each in zip(CASES, found, strict=True)] == [
        (asked, expected, len(expected)) for asked, expected in CASES
    ]
    of_batch = await api.get("/leads", params={"batch_id": str(batch.batch_id)})
    of_another = await api.get("/leads", params={"batch_id": str(batch.items[0])})
    assert (of_batch.json()["total"], of_another.json()) == (3, {"leads": [], "total": 0, "next": None})


async def test_every_filter_has_a_case() -> None:
    assert {name for asked, _ in CASES for name in asked} | {"batch_id"} == {each.name for each in FILTERS}


async def test_a_lead_of_a_page_shows_where_it_worked_at_customers(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    await written(launch, project)
    page = (await api.get("/leads", params={"worked_at_customer": True, "sort": "name"})).json()
    shown = [
        (match["name"], match["tier"], match["company_name"], match["title"])
        for lead in page["leads"]
        for match in lead["customers"]
    ]
    assert shown == [
        ("Stripe", "domain", "Stripe, Inc.", "Sales Director"),
        ("Stripe", "domain", "Stripe", "Intern"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        {"wroked_at_customer": True},
        {"seniority": "wizard"},
        {"batch_id": "7"},
        {"limit": 501},
        {"limit": 0},
        {"sort": "shoe_size"},
        {"q": ""},
    ],
)
async def test_what_is_no_filter_is_refused(api: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    answer = await api.get("/leads", params=asked)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


async def test_each_filter_is_a_documented_parameter(api: httpx.AsyncClient) -> None:
    parameters = (await api.get("/openapi.json")).json()["paths"]["/leads"]["get"]["parameters"]
    described = {each["name"]: each.get("description") for each in parameters if each["in"] == "query"}
    assert {each.name: each.description for each in FILTERS}.items() <= described.items()


async def fill(owner: Owner, client_id: UUID, batch: Batch) -> None:
    """Put so many leads and jobs beside the three that only an index is quick."""
    for statement in (
        "SET session_replication_role = replica",
        """
        INSERT INTO final_leads (client_id, batch_item_id, batch_id, item_no, source, full_name, email_verdict, title,
            seniority, company_name, company_key, industry, size, country, state, city, is_new_in_role,
            worked_at_customer, rules, full_name_key, last_name_key, email, origins, result_ids)
        SELECT client_id, uuidv7(), uuidv7(), n, 'other', 'Name ' || n,
            'invalid', 'Title ' || n, 'entry', 'Company ' || n, 'company ' || n, 'industry ' || n % 50, '11-50',
            'Country ' || n % 50, 'State ' || n % 100, 'City ' || n % 1000, NULL, false, rules, 'name ' || n,
            'last ' || n, n || '@b.example', '{}', '{}'
        FROM final_leads, generate_series(1, 20000) AS n WHERE full_name = 'Carol'
        """,
        """
        INSERT INTO person_work_history (client_id, batch_item_id, job_no, batch_id, company_name, company_key,
            domain_is_inferred, title, result_id, json_path)
        SELECT client_id, batch_item_id, 1, batch_id, company_name, company_key, false, title, uuidv7(), '$'
        FROM final_leads WHERE source = 'other'
        """,
        "SET session_replication_role = origin",
        "ANALYZE",
    ):
        await owner.execute(statement)


ASKED: dict[str, Any] = {
    "worked_at_customer": [True],
    "past_company": ["Stripe"],
    "past_company_domain": ["stripe.com"],
    "past_title": ["sales dir"],
    "current_company": ["Globex"],
    "title": ["vp sales"],
    "seniority": ["vp"],
    "industry": ["machinery"],
    "size": ["51-200"],
    "country": ["germany"],
    "state": ["virginia"],
    "city": ["berlin"],
    "new_in_role": [True],
    "recently_funded": [True],
    "email_verdict": ["valid"],
    "has_email": [False],
    "source": ["apollo"],
    "q": ["lovel"],
}


async def test_every_filter_is_answered_by_its_index_under_row_security(
    launch: Launcher, project: Project, owner: Owner, projector: Postgres, client_id: UUID
) -> None:
    batch = await written(launch, project)
    await fill(owner, client_id, batch)
    asked = {**ASKED, "batch_id": [batch.batch_id]}
    used: dict[str, set[str]] = {}
    async with projector.tenant(client_id) as connection:
        for each in FILTERS:
            if each.name not in asked:
                continue  # per_person lets most leads through; below
            where = Where(client_id, await conditions_of(connection, client_id, {each.name: asked[each.name]}))
            query = f"EXPLAIN (FORMAT JSON) SELECT count(*) FROM final_leads WHERE {where.text}"
            plan = json.loads(await connection.fetchval(query, *where.parameters))
            used[each.name] = _indexes(plan[0]["Plan"])
    assert {each.name: each.index for each in FILTERS if each.index not in used.get(each.name, {each.index})} == {}
    assert {each.name for each in FILTERS} - used.keys() == {"per_person"}


async def test_a_page_of_the_newest_leads_looks_each_person_up_by_its_index(
    launch: Launcher, project: Project, owner: Owner, projector: Postgres, client_id: UUID
) -> None:
    await fill(owner, client_id, await written(launch, project))
    async with projector.tenant(client_id) as connection:
        where = Where(client_id, await conditions_of(connection, client_id, {"per_person": ["latest"]}))
        query = (
            f"EXPLAIN (FORMAT JSON) SELECT * FROM final_leads WHERE {where.text} ORDER BY batch_item_id DESC LIMIT 51"
        )
        plan = json.loads(await connection.fetchval(query, *where.parameters))
    assert "final_leads_of_person" in _indexes(plan[0]["Plan"])


def _indexes(plan: dict[str, Any]) -> set[str]:
    assert plan["Node Type"] != "Seq Scan" or plan["Relation Name"] not in {"final_leads", "person_work_history"}, plan
    below = [_indexes(each) for each in plan.get("Plans", [])]
    return set().union({plan["Index Name"]} if "Index Name" in plan else set(), *below)
