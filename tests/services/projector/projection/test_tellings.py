"""Jobs, as an answer tells them."""

from datetime import date
from typing import Any

from tests.services.projector.conftest import (
    Launcher,
    Owner,
    Project,
    jobs_of,
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
