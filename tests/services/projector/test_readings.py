"""What becomes of each provider's answers, from samples of them."""

from datetime import date
from typing import Any

import pytest

from tests.services.projector.conftest import Launcher, Owner, Project, jobs_of, leads_of, sample

PERSON = {"first_name": "Ada", "last_name": "Lovel"}


async def lead_of(launch: Launcher, project: Project, owner: Owner, provider: str, payload: Any) -> dict[str, Any]:
    """Return the lead that one answer makes, with its jobs under `jobs`."""
    batch = await launch([{}], steps=[("ask", provider)])
    await batch.answer(0, "ask", provider, payload)
    projection = await project(batch)
    assert projection is not None
    assert projection.errors == 0
    [lead] = await leads_of(owner, batch)
    return lead | {"jobs": [_job(job) for job in await jobs_of(owner, batch)]}


def _job(job: dict[str, Any]) -> tuple[object, ...]:
    start = None if job["start_date"] is None else (str(job["start_date"]), job["start_precision"])
    end = None if job["end_date"] is None else (str(job["end_date"]), job["end_precision"])
    return job["company_name"], job["title"], start, end, job["is_current"]


def values(lead: dict[str, Any], *fields: str) -> list[object]:
    return [lead[field] for field in fields]


async def test_enrich_layers_dates_are_as_exact_as_they_were_known(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    lead = await lead_of(launch, project, owner, "enrichlayer-profile", sample("enrichlayer/profile.json"))
    assert values(lead, "full_name", "linkedin_url", "city", "country", "email") == [
        *("Maren Oakley", "https://www.linkedin.com/in/maren-oakley", "Seattle", "United States of America"),
        "maren.oakley@example.com",
    ]
    assert sorted(lead["jobs"]) == [
        ("Axle & Reed Audio", "Owner", ("2012-03-01", "month"), ("2014-01-01", "year"), False),
        ("Quarrystone Retail", "Senior Product Manager", ("2015-01-01", "year"), ("2021-07-31", "month"), False),
        ("Tidewell Homes", "Co-Founder", ("2021-08-01", "month"), None, None),
    ]


async def test_coresignals_first_version_loses_deleted_rows_and_repetitions(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    lead = await lead_of(launch, project, owner, "coresignal-collect", sample("coresignal/member_v1.json"))
    assert values(lead, "first_name", "last_name", "title", "country") == ["Joren", "Vale", "Data Analyst", "Norway"]
    assert lead["jobs"] == [
        ("Fjordlys Data AS", "Data Analyst", ("2019-11-01", "month"), None, None),
        ("Havn Shipping", "Trainee", ("2016-01-01", "year"), ("2019-10-01", "month"), False),
    ]
    sources = await owner.fetchval("SELECT other_sources FROM person_work_history WHERE job_no = 1")
    assert "member_experience_collection[1]" in sources


async def test_coresignals_second_version_has_parts_of_dates_and_a_flag(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    lead = await lead_of(launch, project, owner, "coresignal-collect", sample("coresignal/employee_base_v2.json"))
    assert values(lead, "company_domain", "email", "email_verdict", "current_job_started_on", "is_new_in_role") == [
        *("fjordlys.example", "joren.vale@fjordlys.example", "valid", date(2025, 8, 1), False),
    ]
    assert lead["jobs"] == [
        ("Fjordlys Data AS", "Data Analyst", ("2025-08-01", "month"), None, True),
        ("Havn Shipping", "Trainee", ("2016-01-01", "year"), ("2019-10-01", "month"), False),
    ]


async def test_coresignals_multi_source_form_is_read_as_well(launch: Launcher, project: Project, owner: Owner) -> None:
    lead = await lead_of(launch, project, owner, "coresignal-collect", sample("coresignal/multi_source_employee.json"))
    assert values(lead, "full_name", "title", "company_name", "company_domain", "country") == [
        *("John Doe", "Software Engineer", "Example NL", "example.nl", "United States"),
    ]
    assert lead["jobs"] == [
        ("Example NL", "Software Engineer", ("2024-01-01", "month"), None, True),
        ("Example Academy", "Intern", ("2014-01-01", "year"), ("2015-03-01", "month"), False),
    ]


async def test_a_deleted_record_of_coresignal_is_nobody(launch: Launcher, project: Project, owner: Owner) -> None:
    gone = sample("coresignal/employee_base_v2.json") | {"is_deleted": 1}
    lead = await lead_of(launch, project, owner, "coresignal-collect", gone)
    assert values(lead, "full_name", "email", "jobs") == [None, None, []]


@pytest.mark.parametrize("provider", ["fullenrich-bulk", "fullenrich-poll"])
async def test_fullenrichs_present_job_told_twice_is_one(
    launch: Launcher, project: Project, owner: Owner, provider: str
) -> None:
    lead = await lead_of(launch, project, owner, provider, sample("fullenrich/contact.json"))
    assert values(lead, "full_name", "email", "email_verdict", "company_domain", "size", "industry", "city") == [
        *("Ida Brandt", "ida.brandt@kestrel.example", "valid", "kestrel.example", "201-500", "logistics", "Copenhagen"),
    ]
    assert lead["jobs"] == [
        ("Kestrel Freight", "Head of Partnerships", ("2022-03-15", "day"), None, True),
        ("Polder Cargo", "Partner Manager", ("2018-02-01", "day"), ("2022-02-28", "day"), False),
    ]


async def test_clays_person_has_jobs_and_no_address(launch: Launcher, project: Project, owner: Owner) -> None:
    lead = await lead_of(launch, project, owner, "clay-table", sample("clay/enrich_person_profile.json"))
    assert values(lead, "full_name", "title", "company_name", "company_domain", "email", "email_verdict") == [
        *("Example Person", "VP, Demand Generation & Growth", "Example AI", "example.ai", None, "none"),
    ]
    assert lead["jobs"] == [
        ("Example AI", "VP, Demand Generation & Growth", ("2023-07-01", "day"), None, True),
        ("Side Co", "Advisor", ("2021-01-01", "day"), None, True),
        ("OldCo", "Director", ("2019-02-01", "day"), ("2023-06-01", "day"), False),
    ]


async def test_clays_company_has_values_and_their_bands(launch: Launcher, project: Project, owner: Owner) -> None:
    lead = await lead_of(launch, project, owner, "clay-company", sample("clay/enrich_company.json"))
    assert values(lead, "company_name", "company_domain", "employees", "size", "revenue_range", "funding_range") == [
        *("Example AI", "example.ai", 120, "51-200", "10M-50M", None),
    ]


async def test_apollos_match_of_one_is_read_as_one_of_many(launch: Launcher, project: Project, owner: Owner) -> None:
    person = sample("apollo/post_people_match_200_result.json")["person"]
    lead = await lead_of(launch, project, owner, "apollo-match", person)
    assert (lead["title"], lead["email_verdict"]) == ("Founder & CEO", "valid")
    assert lead["jobs"]


async def test_a_function_on_modal_is_read_as_any_function(launch: Launcher, project: Project, owner: Owner) -> None:
    answer = {
        "ok": True,
        "data": {"title": "Founder", "work_history": [{"company": "Acme", "start_date": "2016 - 2018"}]},
    }
    lead = await lead_of(launch, project, owner, "modal-function", answer)
    assert lead["jobs"] == [("Acme", None, ("2016-01-01", "year"), None, None)]


async def test_every_address_of_apollos_waterfall_is_a_candidate(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    answer = sample("apollo/get_webhook_result_request_id__200_waterfall_enrichment.json")
    [person] = answer["webhook_result"]["people"]
    person["waterfall"]["emails"][0]["vendors"].append({"name": "Other", "emails": ["email2@example.com"]})
    lead = await lead_of(launch, project, owner, "apollo-waterfall", person)
    assert (lead["email"], lead["email_verdict"]) == ("email1@example.com", "valid")
    told = await owner.fetch("SELECT email, verdict FROM lead_emails ORDER BY email_no")
    assert sorted(tuple(each) for each in told) == [
        *(("email1@example.com", "unknown"), ("email1@example.com", "valid"), ("email2@example.com", "unknown")),
    ]


@pytest.mark.parametrize(
    ("provider", "answer", "verdict"),
    [
        ("zerobounce-validate", "zerobounce/validate_valid.json", "valid"),
        ("neverbounce-check", "neverbounce/single_check_with_address.json", "catch_all"),
    ],
)
async def test_a_verifier_judges_the_address_of_the_row(
    launch: Launcher, project: Project, owner: Owner, provider: str, answer: str, verdict: str
) -> None:
    address = {"zerobounce-validate": "valid@example.com", "neverbounce-check": "ada@acme.example"}[provider]
    batch = await launch([PERSON | {"email": address}], steps=[("verify", provider)])
    await batch.answer(0, "verify", provider, sample(answer) | {"processed_at": "2026-11-20 12:30:18.990"})
    await project(batch)
    [lead] = await leads_of(owner, batch)
    assert (lead["email"], lead["email_verdict"]) == (address, verdict)


@pytest.mark.parametrize(
    ("status", "sub_status", "verdict"),
    [
        ("valid", "", "valid"),
        ("valid", "accept_all", "risky"),
        ("valid", "role_based", "risky"),
        ("valid", "gold", "valid"),
        ("catch-all", "accept_all", "catch_all"),
        ("do_not_mail", "role_based", "do_not_send"),
        ("abuse", "", "do_not_send"),
        ("unknown", "greylisted", "unknown"),
    ],
)
async def test_zerobounces_verdict_is_made_of_two_words(
    launch: Launcher, project: Project, owner: Owner, status: str, sub_status: str, verdict: str
) -> None:
    answer = {"address": "ada@acme.example", "status": status, "sub_status": sub_status}
    lead = await lead_of(launch, project, owner, "zerobounce-batch", answer)
    assert (lead["email"], lead["email_verdict"]) == ("ada@acme.example", verdict)


@pytest.mark.parametrize(
    ("provider", "stub"),
    [
        ("apollo-match", {"name": "", "match_confidence": "none", "organization": {"name": "Acme"}, "email": None}),
        ("apollo-match", {"name": "A B", "email": "email_not_unlocked@domain.com", "email_status": "verified"}),
        ("pdl-enrich", {"data": {"full_name": "a b", "work_email": True, "emails": True}}),
        ("enrichlayer-profile", {"full_name": "", "first_name": "", "personal_emails": ["x@acme.example"]}),
        ("clay-table", {"name": ""}),
        ("zerobounce-batch", {"address": "", "status": "unknown"}),
        ("neverbounce-check", {"status": "success", "result": "valid"}),
    ],
)
async def test_placeholders_and_stubs_are_never_projected(
    launch: Launcher, project: Project, owner: Owner, provider: str, stub: dict[str, Any]
) -> None:
    lead = await lead_of(launch, project, owner, provider, stub)
    assert values(lead, "email", "email_verdict", "company_name", "jobs") == [None, "none", None, []]


async def test_one_job_told_by_two_providers_has_both_as_sources(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{}], steps=[("a", "apollo-match"), ("b", "coresignal-collect")])
    history = [
        {"organization_name": "Fjordlys Data", "title": "Data analyst", "start_date": "2025-08-01", "current": True}
    ]
    by_apollo = await batch.answer(0, "a", "apollo-match", {"name": "Joren Vale", "employment_history": history})
    by_coresignal = await batch.answer(0, "b", "coresignal-collect", sample("coresignal/employee_base_v2.json"))
    await project(batch)
    job = (await jobs_of(owner, batch))[0]
    assert (job["result_id"], job["json_path"], job["company_domain"]) == (
        *(by_coresignal, "$.experience[0]", "fjordlys.example"),
    )
    assert str(by_apollo) in job["other_sources"]
