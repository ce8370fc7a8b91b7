"""Which jobs were at customers, and how we know."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.projector.replace_customers import replace_customers
from shared.postgres import Postgres, role_url
from shared.settings import Settings
from tests.services.projector.conftest import Batch, Launcher, Owner, Project, leads_of, rows

SEED_QUERY = """
    SELECT * FROM batch_items
    JOIN person_work_history USING (batch_item_id)
    WHERE person_work_history.company_name IN (SELECT name FROM client_customers)
"""


def person(*jobs: tuple[str, str | None, str | None, bool | None]) -> dict[str, Any]:
    """Return a function's answer with jobs (company, domain, LinkedIn, held now)."""
    history = [
        {"company": company, "domain": domain, "linkedin_url": linkedin, "title": "Engineer", "is_current": current}
        for company, domain, linkedin, current in jobs
    ]
    return {"ok": True, "outcome": "ok", "data": {"name": "Ada B", "work_history": history}}


async def batch_of(launch: Launcher, *people: dict[str, Any]) -> Batch:
    batch = await launch([{} for _ in people])
    for number, each in enumerate(people):
        await batch.answer(number, "person", "function", each)
    return batch


async def matches_of(owner: Owner, batch: Batch) -> list[tuple[int, str, str]]:
    found = await rows(
        owner,
        """
        SELECT item_no, name, tier FROM customer_matches
        JOIN client_customers USING (client_id, customer_id)
        JOIN batch_items USING (client_id, batch_item_id)
        WHERE customer_matches.batch_id = $1
        ORDER BY item_no, job_no, name
        """,
        batch.batch_id,
    )
    return [(match["item_no"], match["name"], match["tier"]) for match in found]


CUSTOMERS: list[dict[str, str | None]] = [
    {"name": "Stripe", "domain": "stripe.com", "linkedin": "https://www.linkedin.com/company/stripe"},
    {"name": "Acme Widgets GmbH", "domain": None, "linkedin": None},
]

PEOPLE = [
    person(("Stripe Payments", None, "linkedin.com/company/stripe", False)),
    person(("Stripe Payments", "https://docs.stripe.com/x", None, False)),
    person(("Stripe", None, None, False)),
    person(("STRIPE, Inc.", None, None, None)),
    person(("Widget Works (formerly Acme Widgets)", None, None, False)),
    person(("Stripe", "stripe.com", "linkedin.com/company/stripe", True)),
    person(("Strype", "strype.example", None, False)),
]

EXPECTED_MATCHES = [
    (1, "Stripe", "linkedin"),
    (2, "Stripe", "domain"),
    (3, "Stripe", "domain"),
    (4, "Stripe", "domain"),
    (5, "Acme Widgets GmbH", "name_normalised"),
    (6, "Stripe", "linkedin"),
]
EXPECTED_LEADS = [True, True, True, True, True, False, False]


async def test_a_rebuild_matches_jobs_with_the_customers_there_are(
    launch: Launcher, project: Project, owner: Owner, client_id: UUID
) -> None:
    await replace_customers(project.postgres, client_id, CUSTOMERS)
    batch = await batch_of(launch, *PEOPLE)
    await project(batch)
    assert await matches_of(owner, batch) == EXPECTED_MATCHES
    assert [lead["worked_at_customer"] for lead in await leads_of(owner, batch)] == EXPECTED_LEADS


async def test_a_new_list_of_customers_matches_every_batch_anew(
    launch: Launcher, project: Project, owner: Owner, client_id: UUID
) -> None:
    batch = await batch_of(launch, *PEOPLE)
    await project(batch)
    other = await batch_of(launch, *PEOPLE)
    await project(other)
    assert await replace_customers(project.postgres, client_id, CUSTOMERS) == {
        "customers": 2,
        "left_out": 0,
        "leads_changed": 10,
    }
    for each in (batch, other):
        assert await matches_of(owner, each) == EXPECTED_MATCHES
        assert [lead["worked_at_customer"] for lead in await leads_of(owner, each)] == EXPECTED_LEADS
    assert await replace_customers(project.postgres, client_id, []) == {
        "customers": 0,
        "left_out": 0,
        "leads_changed": 10,
    }
    assert await matches_of(owner, batch) == []


async def test_without_a_domain_anywhere_names_match_exactly_or_normalised(
    launch: Launcher, project: Project, owner: Owner, client_id: UUID
) -> None:
    await replace_customers(project.postgres, client_id, [{"name": "Stripe"}])
    batch = await batch_of(
        launch, person(("Stripe", None, None, False)), person(("stripe inc", None, None, False)), person()
    )
    await project(batch)
    assert await matches_of(owner, batch) == [(1, "Stripe", "name_exact"), (2, "Stripe", "name_normalised")]


@pytest.mark.parametrize("as_owner", [True, False])
async def test_the_seeds_own_query_runs_as_written(
    launch: Launcher, project: Project, settings: Settings, client_id: UUID, as_owner: bool
) -> None:
    await replace_customers(project.postgres, client_id, CUSTOMERS)
    batch = await batch_of(launch, *PEOPLE)
    await project(batch)
    url = settings.database_url if as_owner else role_url(settings, "leadledger_projector")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT set_config('app.client_id', $1, false)", str(client_id))
        found = await connection.fetch(SEED_QUERY)
    finally:
        await connection.close()
    assert sorted((row["batch_item_id"], row["company_name"]) for row in found) == sorted(
        [(batch.items[2], "Stripe"), (batch.items[5], "Stripe")]
    )


async def test_the_seeds_own_query_shows_a_stranger_nothing(
    launch: Launcher, project: Project, settings: Settings, owner: Owner, other_key: str, client_id: UUID
) -> None:
    await replace_customers(project.postgres, client_id, CUSTOMERS)
    await project(await batch_of(launch, *PEOPLE))
    stranger = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    connection = await asyncpg.connect(role_url(settings, "leadledger_projector"))
    try:
        await connection.execute("SELECT set_config('app.client_id', $1, false)", str(stranger))
        assert await connection.fetch(SEED_QUERY) == []
    finally:
        await connection.close()


async def test_a_list_replaced_while_a_batch_is_rebuilt_leaves_both_agreed(
    launch: Launcher, projector: Postgres, project: Project, owner: Owner, client_id: UUID
) -> None:
    batch = await batch_of(launch, *PEOPLE)
    await batch.complete()
    await asyncio.gather(project.again(batch), replace_customers(projector, client_id, CUSTOMERS), project.again(batch))
    assert await matches_of(owner, batch) == EXPECTED_MATCHES
    assert [lead["worked_at_customer"] for lead in await leads_of(owner, batch)] == EXPECTED_LEADS
