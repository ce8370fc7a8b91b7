"""A batch becomes leads: what the samples of the providers' documentation come out as, and when."""

from datetime import date
from typing import Any

import asyncpg
import pytest

from services.projector.rebuild import Unreadable
from services.projector.rules import Rules
from shared.errors import Conflict, NotFound
from tests.services.projector.conftest import (
    COMPLETED_AT,
    Batch,
    Launcher,
    Owner,
    Project,
    jobs_of,
    leads_of,
    rows,
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
        "founded_year": 2015,
        "city": "San Francisco",
        "state": "California",
        "country": "United States",
        "is_new_in_role": False,
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
        "founded_year": apollo,
        "city": apollo,
        "state": apollo,
        "country": apollo,
        "email": apollo,
        "email_verdict": apollo,
    }


async def test_apollos_employment_history_becomes_jobs(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([CSV_ROW])
    result_id = await batch.answer(0, "person", "apollo-bulk-match", apollo_person())
    await project(batch)
    jobs = await jobs_of(owner, batch)
    assert [
        (job["job_no"], job["company_name"], job["title"], job["is_current"], job["json_path"]) for job in jobs[:3]
    ] == [
        (1, "Apollo", "VP of Sales Operations", True, "$.employment_history[0]"),
        (2, "Braingenie", "VP of Sales Operations", False, "$.employment_history[1]"),
        (3, "Citadel Investment Group", "Investment & Trading Associate", False, "$.employment_history[2]"),
    ]
    assert jobs[1] == {
        "client_id": batch.client_id,
        "batch_item_id": batch.items[0],
        "job_no": 2,
        "batch_id": batch.batch_id,
        "company_name": "Braingenie",
        "company_key": "braingenie",
        "company_domain": None,
        "domain_is_inferred": False,
        "company_linkedin": None,
        "title": "VP of Sales Operations",
        "start_date": date(2011, 1, 1),
        "start_precision": "year",
        "end_date": date(2015, 1, 1),
        "end_precision": "year",
        "is_current": False,
        "result_id": result_id,
        "json_path": "$.employment_history[1]",
        "other_sources": None,
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


async def test_a_row_that_nobody_answered_about_is_a_lead_all_the_same(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{"full_name": "Ada Lovelace"}, {}])
    await batch.answer(1, "person", "apollo-bulk-match", None, outcome="no_match")
    projection = await project(batch)
    assert projection is not None
    assert (projection.leads, projection.jobs, projection.errors) == (2, 0, 0)
    leads = await leads_of(owner, batch)
    assert [(lead["full_name"], lead["email_verdict"], lead["worked_at_customer"]) for lead in leads] == [
        ("Ada Lovelace", "none", False),
        (None, "none", False),
    ]


async def test_a_stub_person_is_nobody(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{"full_name": "Ada Lovelace"}])
    stub = {"name": "", "match_confidence": "none", "organization": {"name": "Example", "primary_domain": "ex.example"}}
    await batch.answer(0, "person", "apollo-bulk-match", stub)
    await project(batch)
    (lead,) = await leads_of(owner, batch)
    assert (lead["full_name"], lead["company_name"], lead["result_ids"]) == ("Ada Lovelace", None, [None, None])


async def test_of_several_attempts_the_newest_answer_counts(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{}, {}])
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "A B", "title": "Old"}, attempt=1)
    newest = await batch.answer(0, "person", "apollo-bulk-match", {"name": "A B", "title": "New"}, attempt=2)
    await batch.answer(0, "person", "apollo-bulk-match", {"error": "late"}, attempt=3, outcome="provider_error")
    await batch.answer(1, "person", "apollo-bulk-match", {"name": "C D", "title": "Only"}, attempt=1)
    await project(batch)
    leads = await leads_of(owner, batch)
    assert [(lead["title"], lead["result_ids"][1]) for lead in leads] == [
        ("New", newest),
        ("Only", leads[1]["result_ids"][1]),
    ]


async def test_title_and_company_are_told_by_one_voice(launch: Launcher, project: Project, owner: Owner) -> None:
    """The CSV knows an older employer: nothing of it is mixed into what Apollo tells."""
    batch = await launch([{"company_name": "Old Co", "company_domain": "old.example", "title": "Clerk", "revenue": "5M"}])
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


async def test_what_can_t_be_read_is_reported_and_loses_no_lead(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{"first_name": "Ada", "employees": "many"}])
    payload = {
        "name": "Ada B",
        "title": {"text": "VP"},
        "email": "not an address",
        "email_status": "brand new status",
        "organization": "Acme",
        "employment_history": [
            {"organization_name": "Acme", "start_date": "soon", "title": "VP"},
            "a string",
        ],
    }
    result_id = await batch.answer(0, "person", "apollo-bulk-match", payload)
    projection = await project(batch)
    assert projection is not None
    assert projection.errors == 6
    found = await rows(
        owner,
        "SELECT provider, result_id, json_path FROM projection_errors WHERE batch_id = $1 ORDER BY error_no",
        batch.batch_id,
    )
    assert [(error["provider"], error["result_id"], error["json_path"]) for error in found] == [
        ("csv", None, "$.employees"),
        ("apollo-bulk-match", result_id, "$.email"),
        ("apollo-bulk-match", result_id, "$.email_status"),
        ("apollo-bulk-match", result_id, "$.employment_history[0].start_date"),
        ("apollo-bulk-match", result_id, "$.employment_history[1]"),
        ("apollo-bulk-match", result_id, "$.title"),
    ]
    (lead,) = await leads_of(owner, batch)
    assert (lead["first_name"], lead["title"], lead["email"], lead["employees"]) == ("Ada", None, None, None)
    assert [(job["company_name"], job["start_date"]) for job in await jobs_of(owner, batch)] == [("Acme", None)]


async def test_a_strict_rebuild_stops_at_what_it_can_t_read(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{"employees": "many"}])
    await batch.complete()
    with pytest.raises(Unreadable, match="1 values can't be read"):
        await project.again(batch, strict=True)
    assert await leads_of(owner, batch) == []


@pytest.mark.parametrize("payload", ["a text", 7, None, [], [[]], {}, {"name": None}, {"employment_history": {"a": 1}}])
async def test_no_answer_is_too_odd(launch: Launcher, project: Project, owner: Owner, payload: object) -> None:
    batch = await launch([{"first_name": "Ada"}])
    for step, provider in (("person", "apollo-bulk-match"), ("history", "pdl-enrich"), ("own", "function")):
        await batch.answer(0, step, provider, payload)
    await batch.answer(0, "unknown", "somebody-new", payload)
    await project(batch)
    assert [lead["first_name"] for lead in await leads_of(owner, batch)] == ["Ada"]


async def test_very_long_and_odd_texts_are_cut_to_fit(launch: Launcher, project: Project, owner: Owner) -> None:
    long = "\u00e4 \\ ' \" " * 2_000
    batch = await launch([{"first_name": long, "company_name": long, "title": long, "city": long}])
    job = {"organization_name": long, "title": long, "start_date": long}
    person = {"name": long, "title": long, "email": long, "employment_history": [job] * 3}
    await batch.answer(0, "person", "apollo-bulk-match", person)
    await project(batch)
    (lead,) = await leads_of(owner, batch)
    assert (len(lead["title"]), len(lead["first_name"]), len(await jobs_of(owner, batch))) == (300, 300, 1)


async def test_a_rebuild_tells_of_itself_in_the_same_transaction(
    launch: Launcher, project: Project, owner: Owner, rules: Rules
) -> None:
    batch = await launch([{}, {}])
    await project(batch)
    (event,) = await rows(owner, "SELECT type, source, data::text FROM outbox WHERE batch_id = $1", batch.batch_id)
    assert (event["type"], event["source"]) == ("batch.projected", "/leadledger/projector")
    (projection,) = await rows(owner, "SELECT * FROM projections WHERE batch_id = $1", batch.batch_id)
    shown = ("completion", "rules", "leads", "jobs", "errors", "as_of")
    assert {name: projection[name] for name in shown} == {
        "completion": 1,
        "rules": rules.version,
        "leads": 2,
        "jobs": 0,
        "errors": 0,
        "as_of": COMPLETED_AT,
    }


async def test_a_completion_is_projected_once_and_an_older_one_never(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{}])
    await batch.complete(2)
    assert await project.again(batch, 2) is not None
    assert await project.again(batch, 2) is None
    assert await project.again(batch, 1) is None
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE batch_id = $1", batch.batch_id) == 1


async def test_by_hand_a_batch_is_rebuilt_unless_it_is_at_work(launch: Launcher, project: Project) -> None:
    batch = await launch([{}])
    with pytest.raises(Conflict, match="at work"):
        await project.again(batch)
    await batch.complete(0, state="paused")
    assert await project.again(batch) is not None
    assert await project.again(batch) is not None


async def test_a_batch_of_nobody_is_not_found(launch: Launcher, project: Project) -> None:
    batch = await launch([{}])
    stranger = Batch(owner=batch.owner, client_id=batch.client_id, batch_id=batch.client_id, items=[])
    with pytest.raises(NotFound):
        await project.again(stranger)


async def test_readers_see_all_of_the_old_leads_until_the_new_ones_are_there(
    launch: Launcher, project: Project, owner: Owner, settings: Any
) -> None:
    batch = await launch([{"first_name": "Ada"}])
    await project(batch)
    reader = await asyncpg.connect(settings.database_url)
    try:
        async with reader.transaction(isolation="repeatable_read"):
            before = await leads_of(reader, batch)
            await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada B", "title": "VP"})
            await project(batch, 2)
            assert await leads_of(reader, batch) == before
        assert (await leads_of(owner, batch))[0]["title"] == "VP"
    finally:
        await reader.close()
