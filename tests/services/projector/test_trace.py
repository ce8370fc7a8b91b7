"""Every cell has a receipt."""

from typing import Any

import httpx

from services.projector.rules import Rules
from services.projector.trace import TRACEABLE
from tests.services.projector.conftest import Launcher, Project

HEADER = ["First Name", "Email", "Email Status", "Website", "Title"]
CELLS = ["Ada", "ada@acme.example", "Extrapolated", "http://www.acme.example", "Clerk"]
MAPPING = {
    field: {"column": column, "header": HEADER[column], "fallbacks": []}
    for column, field in enumerate(("first_name", "email", "email_status", "company_website", "title"))
}
ROW = {
    "first_name": "Ada",
    "email": "ada@acme.example",
    "email_status": "Extrapolated",
    "company_website": "http://www.acme.example",
    "title": "Clerk",
}
PERSON: dict[str, Any] = {
    "name": "Ada Lovelace",
    "title": "VP",
    "email": "ada.l@acme.example",
    "email_status": "verified",
    "organization": {"name": "Acme", "website_url": "https://acme.example"},
    "employment_history": [{"organization_name": "Acme", "title": "VP", "start_date": "2020-02-01", "current": True}],
}


async def traced(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> tuple[dict[str, Any], dict[str, str], str]:
    """Return the receipt, the ids of the results by name, and the upload's id."""
    batch = await launch([ROW], header=HEADER, mapping=MAPPING, cells=[CELLS])
    results = {
        "old": await batch.answer(0, "person", "apollo-bulk-match", {"name": "A", "title": "Old"}, attempt=1),
        "apollo": await batch.answer(0, "person", "apollo-bulk-match", PERSON, attempt=2),
        "pdl": await batch.answer(
            0, "history", "pdl-bulk", {"data": {"job_title": "boss", "job_company_name": "globex"}}
        ),
        "miss": await batch.answer(0, "verify", "hunter-email-verifier", None, outcome="no_match"),
    }
    await project(batch)
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "A", "title": "Later"}, attempt=3)
    answer = await api.get(f"/leads/{batch.items[0]}/trace")
    assert answer.status_code == 200, answer.text
    upload = await batch.owner.fetchval("SELECT upload_id FROM batches WHERE batch_id = $1", batch.batch_id)
    return answer.json(), {name: str(result) for name, result in results.items()}, str(upload)


async def test_a_cell_of_the_csv_is_named(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    receipt, _, upload = await traced(launch, project, api)
    assert receipt["fields"]["first_name"] == {
        "value": "Ada",
        "origin": {
            "kind": "csv",
            "upload_id": upload,
            "filename": "people.csv",
            "row_no": 1,
            "line_no": 2,
            "field": "first_name",
            "column": 0,
            "header": "First Name",
            "cell": "Ada",
        },
        "others": [],
    }
    assert receipt["csv_row"] == {"upload_id": upload, "filename": "people.csv", "row_no": 1, "line_no": 2}


async def test_an_answer_is_named_with_its_call_and_what_else_was_told(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    receipt, results, _ = await traced(launch, project, api)
    title = receipt["fields"]["title"]
    call = title["origin"].pop("call")
    assert title["origin"] == {
        "kind": "answer",
        "json_path": "$.title",
        "result_id": results["apollo"],
        "step": "person",
        "provider": "apollo-bulk-match",
        "provider_version": 1,
        "attempt": 2,
        "outcome": "ok",
        "created_at": "2026-11-23T11:00:00+00:00",
    }
    assert call == {
        "call_id": call["call_id"],
        "method": "POST",
        "url": "https://provider.example/ask",
        "status": 200,
        "called_at": "2026-11-23T11:00:00+00:00",
        "request_body": {"asked": 1},
        "answer": f"/calls/{call['call_id']}/answer",
    }
    assert [(other["kind"], other["value"], other["lost"]) for other in title["others"]] == [
        ("csv", "Clerk", "another source is believed first"),
        ("answer", "boss", "another source is believed first"),
    ]


async def test_a_value_worked_out_from_a_job_leads_to_the_job(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    receipt, results, _ = await traced(launch, project, api)
    origin = receipt["fields"]["current_job_started_on"]["origin"]
    assert (origin["kind"], origin["job_no"], origin["json_path"], origin["result_id"]) == (
        "work_history",
        1,
        "$.employment_history[0]",
        results["apollo"],
    )


async def test_addresses_say_why_they_lost(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    receipt, results, _ = await traced(launch, project, api)
    email = receipt["fields"]["email"]
    assert (email["value"], email["origin"]["result_id"], email["origin"]["json_path"]) == (
        "ada.l@acme.example",
        results["apollo"],
        "$.email",
    )
    (other,) = email["others"]
    assert (other["kind"], other["email"], other["verdict"], other["cell"]) == (
        "csv",
        "ada@acme.example",
        "risky",
        "ada@acme.example",
    )
    assert receipt["fields"]["email_verdict"]["value"] == "valid"


async def test_every_result_says_whether_it_counts(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    receipt, results, _ = await traced(launch, project, api)
    counts = {result["result_id"]: result["counts"] for result in receipt["results"]}
    later = next(result for result in receipt["results"] if result["attempt"] == 3)
    assert counts == {
        results["old"]: "no: a newer attempt answered",
        results["apollo"]: "yes",
        results["pdl"]: "yes",
        results["miss"]: "no: its outcome is no_match",
        later["result_id"]: "no: it has no reading, is a stub, or came later",
    }


async def test_the_receipt_shows_the_value_the_lead_has(
    launch: Launcher, project: Project, api: httpx.AsyncClient, rules: Rules
) -> None:
    receipt, _, _ = await traced(launch, project, api)
    lead = (await api.get(f"/leads/{receipt['batch_item_id']}")).json()
    assert {field: traced["value"] for field, traced in receipt["fields"].items()} == {
        field: lead[field] for field in TRACEABLE
    }
    assert receipt["rules"] == rules.version
    found = [
        field for field, traced in receipt["fields"].items() if (traced["origin"] is None) != (traced["value"] is None)
    ]
    assert found == []


async def test_a_receipt_can_be_of_a_few_fields(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    batch = await launch([ROW])
    await project(batch)
    address = f"/leads/{batch.items[0]}/trace"
    receipt = (await api.get(address, params={"field": ["title", "revenue_range"]})).json()
    assert list(receipt["fields"]) == ["title", "revenue_range"]
    assert (await api.get(address, params={"field": "shoe_size"})).status_code == 422


async def test_what_is_worked_out_says_from_what(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    batch = await launch([ROW])
    jobs = [
        {"organization_name": "Acme", "title": "VP", "start_date": "2026-09-01", "current": True},
        {"organization_name": "Globex", "title": "Clerk", "start_date": "2020-02-01", "current": False},
    ]
    result = await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada", "employment_history": jobs})
    await project(batch)
    await api.put("/customers", json={"customers": [{"name": "Globex"}, {"name": "Acme"}]})
    fields = (await api.get(f"/leads/{batch.items[0]}/trace")).json()["fields"]
    assert fields["is_new_in_role"] == {
        "value": True,
        "origin": {
            "kind": "worked_out",
            "from": {"current_job_started_on": "2026-09-01", "current_job_precision": "month"},
            "as_of": "2026-11-23T12:00:00+00:00",
        },
        "others": [],
    }
    worked = fields["worked_at_customer"]
    assert (worked["value"], worked["origin"]["kind"]) == (True, "matches")
    assert [
        (match["company_name"], match["customer"]["tier"], match["counts"], match["answer"]["json_path"])
        for match in worked["origin"]["matches"]
    ] == [
        ("Acme", "name_exact", False, "$.employment_history[0]"),
        ("Globex", "name_exact", True, "$.employment_history[1]"),
    ]
    assert {match["answer"]["result_id"] for match in worked["origin"]["matches"]} == {str(result)}
