"""What the samples of the providers' documentation come out as, and who is believed."""

from datetime import date
from typing import Any

from services.projector.rules import Rules
from services.projector.rules.policy import Indicators
from shared.postgres import Postgres
from tests.services.projector.conftest import (
    Launcher,
    Owner,
    Project,
    jobs_of,
    leads_of,
    sample,
)

CSV_ROW = {
    "first_name": "Marcus",
    "last_name": "Ellery",
    "email": "someone@company-1.example.com",
    "email_status": "Extrapolated",
    "title": "Head of Sales Operations",
    "seniority": "Head",
    "company_name": "Apollo.io, Inc.",
    "company_domain": "apollo.io",
    "city": "Berkeley",
    "industry": "Information Technology & Services",
    "employees": "1,200",
    "revenue": "$100M-250M",
    "total_funding": "2.5E+08",
}


def apollo_person(number: int = 0) -> dict[str, Any]:
    person: dict[str, Any] = sample("apollo/post_people_bulk_match_200_result.json")["matches"][number]
    return person


async def test_a_row_and_apollos_answer_become_a_lead(
    launch: Launcher, project: Project, owner: Owner, rules: Rules
) -> None:
    batch = await launch([CSV_ROW])
    result_id = await batch.answer(0, "person", "apollo-bulk-match", apollo_person())
    await project(batch)
    (lead,) = await leads_of(owner, batch)
    origins = dict(zip(rules.fields, lead.pop("origins"), strict=True))
    del lead["person_id"]
    assert lead == {
        "client_id": batch.client_id,
        "batch_item_id": batch.items[0],
        "batch_id": batch.batch_id,
        "item_no": 1,
        "source": "apollo",
        "first_name": "Marcus",
        "last_name": "Ellery",
        "full_name": "Marcus Ellery",
        "email": "someone@company-1.example.com",
        "email_verdict": "valid",
        "linkedin_url": "https://www.linkedin.com/in/marcus-ellery-4c2b81de",
        "title": "VP of Sales Operations",
        "seniority": "founder",
        "current_job_started_on": date(2016, 1, 1),
        "current_job_precision": "year",
        "company_name": "Apollo.io",
        "company_key": "apollo.io",
        "company_domain": "apollo.io",
        "company_linkedin_url": "https://www.linkedin.com/company/apolloio",
        "industry": "information technology & services",
        "employees": 1600,
        "size": "1001-5000",
        "revenue": 100_000_000,
        "revenue_range": "100M-500M",
        "total_funding": 250_000_000,
        "funding_range": "100M-500M",
        "last_funded_on": None,
        "founded_year": 2015,
        "city": "San Francisco",
        "state": "California",
        "country": "United States",
        "is_new_in_role": False,
        "is_recently_funded": None,
        "worked_at_customer": False,
        "rules": rules.version,
        "full_name_key": "marcus ellery",
        "last_name_key": "ellery",
        "result_ids": [None, result_id],
    }
    csv, apollo, history = 0, 1, 2
    assert origins == {
        "first_name": csv,
        "last_name": csv,
        "full_name": csv,
        "linkedin_url": apollo,
        "title": apollo,
        "seniority": apollo,
        "current_job_started_on": history,
        "company_name": apollo,
        "company_domain": apollo,
        "company_linkedin_url": apollo,
        "industry": apollo,
        "employees": apollo,
        "size": apollo,
        "revenue": csv,
        "total_funding": csv,
        "last_funded_on": -1,
        "founded_year": apollo,
        "city": apollo,
        "state": apollo,
        "country": apollo,
        "email": apollo,
        "email_verdict": apollo,
    }


async def test_people_data_labs_is_read_in_lower_case_and_named_readably(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{"linkedin_url": "https://www.linkedin.com/in/quentinmarrowby"}])
    await batch.answer(0, "history", "pdl-enrich", sample("pdl/person_enrich_v2x.json"))
    await project(batch)
    (lead,) = await leads_of(owner, batch)
    shown = ("full_name", "first_name", "title", "company_name", "company_domain", "current_job_started_on", "email")
    assert {name: lead[name] for name in (*shown, "current_job_precision", "email_verdict")} == {
        "full_name": "Quentin Marrowby",
        "first_name": None,
        "title": "co-founder and chief executive officer",
        "company_name": "people data labs",
        "company_domain": "peopledatalabs.com",
        "current_job_started_on": date(2015, 3, 1),
        "current_job_precision": "month",
        "email": None,
        "email_verdict": "none",
    }
    (job,) = await jobs_of(owner, batch)
    assert (job["company_linkedin"], job["company_key"], job["is_current"]) == (
        "peopledatalabs",
        "peopledatalabs.com",
        True,
    )


async def test_a_stub_person_is_nobody(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{"full_name": "Ada Lovelace"}])
    stub = {"name": "", "match_confidence": "none", "organization": {"name": "Example", "primary_domain": "ex.example"}}
    await batch.answer(0, "person", "apollo-bulk-match", stub)
    await project(batch)
    (lead,) = await leads_of(owner, batch)
    assert (lead["full_name"], lead["company_name"], lead["result_ids"]) == ("Ada Lovelace", None, [None, None])


async def test_title_and_company_are_told_by_one_voice(launch: Launcher, project: Project, owner: Owner) -> None:
    """The CSV knows an older employer: nothing of it is mixed into what Apollo tells."""
    batch = await launch(
        [{"company_name": "Old Co", "company_domain": "old.example", "title": "Clerk", "revenue": "5M"}]
    )
    person = {"name": "A B", "organization": {"name": "New Co", "primary_domain": "new.example"}}
    await batch.answer(0, "person", "apollo-bulk-match", person)
    await project(batch)
    (lead,) = await leads_of(owner, batch)
    assert (lead["company_name"], lead["company_domain"], lead["title"], lead["revenue"]) == (
        "New Co",
        "new.example",
        None,
        None,
    )


async def test_an_open_job_counts_from_its_start(launch: Launcher, project: Project, owner: Owner) -> None:
    starts = ["2026-05-01", "2026-04-01", "2026-01-01", "2025-01-01"]
    batch = await launch([{} for _ in starts])
    for number, start in enumerate(starts):
        job = {"organization_name": "Acme", "current": True, "start_date": start}
        await batch.answer(number, "person", "apollo-bulk-match", {"name": "A B", "employment_history": [job]})
    await project(batch)
    leads = await leads_of(owner, batch)
    assert [(lead["current_job_precision"], lead["is_new_in_role"]) for lead in leads] == [
        ("month", True),
        ("month", False),
        ("year", None),
        ("year", False),
    ]


async def test_what_counts_as_lately_is_policy(
    projector: Postgres, rules: Rules, launch: Launcher, project: Project, owner: Owner
) -> None:
    days = ["2026-09-15", "2025-11-23", "2025-11-22", None]
    batch = await launch([{"last_raised_at": day, "current_job_started_on": day} for day in days])
    await project(batch)
    indicators = [(lead["is_recently_funded"], lead["is_new_in_role"]) for lead in await leads_of(owner, batch)]
    assert indicators == [(True, True), (True, False), (False, False), (None, None)]
    short = Indicators(new_in_role_months=1, recently_funded_months=1)
    policy = rules.policy.model_copy(update={"indicators": short})
    await Project(projector, Rules(readings=rules.readings, policy=policy)).again(batch)
    assert [lead["is_recently_funded"] for lead in await leads_of(owner, batch)] == [False, False, False, None]
