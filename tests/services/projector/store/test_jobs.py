"""Several tellings of one job are one row."""

import json
from datetime import date
from typing import Any

from tests.services.projector.conftest import Launcher, Owner, Project, jobs_of


def apollo(*jobs: tuple[str, str | None, str | None, str | None]) -> dict[str, Any]:
    """Return Apollo's answer with jobs (company, title, start, end)."""
    history = [
        {"organization_name": company, "title": title, "start_date": start, "end_date": end, "current": end is None}
        for company, title, start, end in jobs
    ]
    return {"name": "Ada B", "employment_history": history}


def pdl(*jobs: tuple[str, str | None, str | None, str | None, str | None]) -> dict[str, Any]:
    """Return People Data Labs' answer with jobs (company, website, title, start, end)."""
    experience = [
        {
            "company": {"name": company, "website": website},
            "title": {"name": title},
            "start_date": start,
            "end_date": end,
            "is_primary": False,
        }
        for company, website, title, start, end in jobs
    ]
    return {"status": 200, "data": {"full_name": "ada b", "experience": experience}}


async def told(
    launch: Launcher, project: Project, owner: Owner, *answers: tuple[str, dict[str, Any]]
) -> list[tuple[Any, ...]]:
    """Return company, title, start, precision, end, current and the number of sources of each job."""
    batch = await launch([{}])
    for provider, payload in answers:
        await batch.answer(0, {"apollo-bulk-match": "person"}.get(provider, "history"), provider, payload)
    await project(batch)
    return [
        (
            job["company_name"],
            job["title"],
            str(job["start_date"]),
            job["start_precision"],
            job["end_date"] and str(job["end_date"]),
            job["is_current"],
            1 + len(json.loads(job["other_sources"] or "[]")),
        )
        for job in await jobs_of(owner, batch)
    ]


async def test_a_job_told_by_two_providers_is_one_row_with_both_sources(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{}])
    first = await batch.answer(
        0, "person", "apollo-bulk-match", apollo(("Stripe, Inc.", "Product Manager", "2015-01-01", "2018-03-01"))
    )
    second = await batch.answer(
        0, "history", "pdl-bulk", pdl(("stripe", "stripe.com", "product manager, payments", "2015-06", "2018-03"))
    )
    await project(batch)
    (job,) = await jobs_of(owner, batch)
    assert job == {
        "client_id": batch.client_id,
        "batch_item_id": batch.items[0],
        "job_no": 1,
        "batch_id": batch.batch_id,
        "company_name": "Stripe, Inc.",
        "company_key": "stripe.com",
        "company_domain": "stripe.com",
        "domain_is_inferred": True,
        "company_linkedin": None,
        "title": "Product Manager",
        "start_date": date(2015, 6, 1),
        "start_precision": "month",
        "end_date": date(2018, 3, 1),
        "end_precision": "month",
        "is_current": False,
        "result_id": first,
        "json_path": "$.employment_history[0]",
        "other_sources": f'[{{"json_path": "$.data.experience[0]", "result_id": "{second}"}}]',
    }


async def test_a_job_told_twice_by_one_answer_is_one_row(launch: Launcher, project: Project, owner: Owner) -> None:
    same = ("Acme", "Engineer", "2015-03-01", "2016-02-01")
    assert await told(launch, project, owner, ("apollo-bulk-match", apollo(same, same))) == [
        ("Acme", "Engineer", "2015-03-01", "month", "2016-02-01", False, 2)
    ]


async def test_a_promotion_is_another_job(launch: Launcher, project: Project, owner: Owner) -> None:
    jobs = (("Acme", "Senior Engineer", "2017-05-01", None), ("Acme", "Engineer", "2015-03-01", "2017-05-01"))
    assert await told(launch, project, owner, ("apollo-bulk-match", apollo(*jobs))) == [
        ("Acme", "Senior Engineer", "2017-05-01", "month", None, True, 1),
        ("Acme", "Engineer", "2015-03-01", "month", "2017-05-01", False, 1),
    ]


async def test_promotions_told_by_two_are_paired_by_their_titles(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    first = apollo(("Acme", "VP Sales", "2017-01-01", None), ("Acme", "Director", "2017-01-01", None))
    second = pdl(
        ("acme inc", None, "director", "2017-02", "2017-09"),
        ("acme inc", None, "vice president sales", "2017-09", None),
    )
    jobs = await told(launch, project, owner, ("apollo-bulk-match", first), ("pdl-bulk", second))
    assert jobs == [
        ("Acme", "VP Sales", "2017-09-01", "month", None, True, 2),
        ("Acme", "Director", "2017-02-01", "month", None, True, 2),
    ]


async def test_other_starts_are_other_jobs(launch: Launcher, project: Project, owner: Owner) -> None:
    first = apollo(("Acme", "Engineer", "2015-03-01", "2016-01-01"))
    second = pdl(("acme", None, "engineer", "2012", "2013"))
    assert await told(launch, project, owner, ("apollo-bulk-match", first), ("pdl-bulk", second)) == [
        ("Acme", "Engineer", "2015-03-01", "month", "2016-01-01", False, 1),
        ("acme", "engineer", "2012-01-01", "year", "2013-01-01", False, 1),
    ]


async def test_nobody_s_word_on_the_present_leaves_it_open(launch: Launcher, project: Project, owner: Owner) -> None:
    jobs = await told(launch, project, owner, ("pdl-bulk", pdl(("acme", None, "engineer", "2012", None))))
    assert jobs == [("acme", "engineer", "2012-01-01", "year", None, None, 1)]


async def test_a_row_without_a_company_is_no_job(launch: Launcher, project: Project, owner: Owner) -> None:
    payload = pdl(("", None, "engineer", "2012", None))
    assert await told(launch, project, owner, ("pdl-bulk", payload)) == []


async def test_a_name_tied_to_two_domains_is_tied_to_none(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{}, {"company_name": "Apollo", "company_domain": "apollo.example"}])
    await batch.answer(0, "person", "apollo-bulk-match", apollo(("Apollo", "Engineer", "2015-03-01", None)))
    await batch.answer(1, "history", "pdl-bulk", pdl(("apollo", "apollo-global.example", "engineer", "2012", None)))
    await project(batch)
    assert [(job["company_key"], job["domain_is_inferred"]) for job in await jobs_of(owner, batch)] == [
        ("apollo", False)
    ]
