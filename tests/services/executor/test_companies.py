"""Steps per company: one call for each distinct company of a batch, shared by its people."""

from typing import Any

import httpx
import pytest

from shared.settings import Settings
from tests.services.executor.conftest import Finished, Launch, Owner, person

COMPANIES = {
    "name": "companies",
    "version": 1,
    "title": "Companies",
    "sources": ["apollo"],
    "steps": [{"name": "company", "per": "company", "provider": "apollo-organization-enrich"}],
}


@pytest.fixture
def executor_settings(executor_settings: Settings) -> Settings:
    """Chunks of ten items, so that companies are shared across chunks."""
    return executor_settings.model_copy(update={"chunk_items": 10})


async def asked(sandbox: httpx.AsyncClient) -> dict[str, Any]:
    summary: dict[str, Any] = (await sandbox.get("/ledger/summary")).json()
    return summary


async def test_each_company_is_asked_about_once_whatever_chunk_its_people_are_in(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    people = [person(n, company_domain=f"firm{n % 7}.example", company_name=f"Firm {n % 7}") for n in range(60)]
    batch_id = await launch(people, workflow=COMPANIES)
    counts = await finished(batch_id)
    assert (sum(counts.values()), counts["failed"], counts["unknown"], counts["skipped"]) == (60, 0, 0, 0)
    assert ((await asked(sandbox))["calls"], (await asked(sandbox))["charged_more_than_once"]) == (7, [])
    per_company = await owner.fetch(
        "SELECT company_key, first_item FROM execution.companies WHERE batch_id = $1 ORDER BY company_no", batch_id
    )
    assert [tuple(row) for row in per_company] == [(f"firm{n}.example", n + 1) for n in range(7)]
    assert await owner.fetchval("SELECT count(*) FROM company_items WHERE batch_id = $1", batch_id) == 60
    assert (await configured.get(f"/batches/{batch_id}/verify")).json()["verified"] is True


async def test_a_company_told_by_name_alone_is_the_one_that_goes_by_the_name(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    people = [
        person(1, company_domain="acme.example", company_name="Acme, Inc."),
        person(2, company_domain=None, company_name="ACME INC"),
        person(3, company_domain=None, company_name="Nobody Knows"),
        person(4, company_domain=None, company_name=None),
        person(5, company_domain="Acme.example", company_name="Acme Germany"),
    ]
    batch_id = await launch(people, workflow=COMPANIES)
    await finished(batch_id)
    rows = await owner.fetch(
        """
        SELECT company.company_key, array_agg(item.item_no ORDER BY item.item_no) AS items
        FROM execution.companies AS company
        JOIN company_items AS member USING (client_id, company_id)
        JOIN batch_items AS item USING (client_id, batch_item_id)
        WHERE company.batch_id = $1 GROUP BY company.company_key ORDER BY 1
        """,
        batch_id,
    )
    assert [(row["company_key"], list(row["items"])) for row in rows] == [
        ("acme.example", [1, 2, 5]),
        ("name:nobody knows", [3]),
    ]


async def test_the_audit_trail_of_a_person_has_the_answer_its_company_shares(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(1), person(2, company_name=None, company_domain=None)], workflow=COMPANIES)
    await finished(batch_id)
    items = [
        row["batch_item_id"] for row in await owner.fetch("SELECT batch_item_id FROM batch_items ORDER BY item_no")
    ]
    shared, alone = [
        (await configured.get(f"/batches/{batch_id}/items/{item}/results")).json()["results"] for item in items
    ]
    assert [(each["step"], each["attempt"], each["company_id"] is not None) for each in shared] == [
        ("company", 1, True)
    ]
    assert [(each["outcome"], each["detail"], each["company_id"]) for each in alone] == [
        ("skipped", "the row names no company", None)
    ]
    result = (await configured.get(f"/results/{shared[0]['result_id']}")).json()
    assert (result["batch_item_id"], result["company_id"]) == (None, shared[0]["company_id"])


async def test_what_was_said_of_the_company_is_seen_by_the_steps_about_its_people(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    steps = [
        *COMPANIES["steps"],  # type: ignore[misc]  # a list
        {
            "name": "person",
            "provider": "pdl-enrich",
            "when": "results.company.answer.primary_domain == 'firm1.example'",
        },
    ]
    people = [person(n, company_domain=f"firm{n % 2}.example") for n in range(8)]
    await finished(await launch(people, workflow={**COMPANIES, "steps": steps}))
    about = await owner.fetch(
        """
        SELECT item.input ->> 'company_domain' AS domain, result.outcome <> 'skipped' AS asked, count(*)
        FROM enrichment_results AS result JOIN batch_items AS item USING (client_id, batch_item_id)
        WHERE result.step = 'person' GROUP BY 1, 2 ORDER BY 1
        """
    )
    known = {row["domain"]: row["asked"] for row in about}
    assert known["firm0.example"] is False
    # Apollo may not know the company.
    answered = await owner.fetchval(
        "SELECT count(*) FROM enrichment_results WHERE company_id IS NOT NULL AND outcome = 'ok'"
        " AND json_payload ->> 'primary_domain' = 'firm1.example'"
    )
    assert known["firm1.example"] is (answered == 1)
