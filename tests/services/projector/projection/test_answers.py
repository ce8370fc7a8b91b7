"""What is read of answers, and what can't be."""

import pytest

from tests.services.projector.conftest import (
    Launcher,
    Owner,
    Project,
    jobs_of,
    leads_of,
    rows,
)


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
