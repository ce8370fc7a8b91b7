"""Apollo is imitated to the key."""

from typing import Any

import httpx
import pytest

from tests.services.sandbox.conftest import items, key_paths, sample

BULK = "/apollo/api/v1/people/bulk_match"
FROM_THE_CALLERS_OWN_CRM = ("account", "account_id", "contact", "contact_id")


def slugs(count: int) -> list[dict[str, str]]:
    return [{"linkedin_url": f"http://www.linkedin.com/in/ada-quillmere-{n}"} for n in range(count)]


def without_own_crm(person: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only a customer's own records add, and lists and maps whose keys are data."""
    kept = {key: value for key, value in person.items() if key not in FROM_THE_CALLERS_OWN_CRM}
    data = ("industry_tag_hash", "funding_events", "current_technologies", "org_chart_root_people_ids")
    organization = {key: None if key in data else value for key, value in kept["organization"].items()}
    return {**kept, "organization": organization}


def test_a_bulk_answer_has_the_documented_keys(sandbox: httpx.Client) -> None:
    documented = sample("apollo/post_people_bulk_match_200_result.json")
    answer = sandbox.post(BULK, json={"details": slugs(5)}).json()
    assert {**answer, "matches": []}.keys() == documented.keys()
    ours = key_paths([without_own_crm(match) for match in answer["matches"] if match])
    assert ours == key_paths([without_own_crm(match) for match in documented["matches"]])


def test_a_single_answer_has_the_documented_keys(sandbox: httpx.Client) -> None:
    documented = sample("apollo/post_people_match_200_result.json")["person"]
    answer = sandbox.post("/apollo/api/v1/people/match", json=slugs(1)[0]).json()["person"]
    assert key_paths(without_own_crm(answer)) == key_paths(without_own_crm(documented))


def test_what_was_asked_is_echoed_and_counted(sandbox: httpx.Client) -> None:
    details = [{"email": f"ada.quillmere{n}@company-3.example.com", "first_name": "Ada"} for n in range(10)]
    answer = sandbox.post(BULK, json={"details": details}).json()
    found = [match for match in answer["matches"] if match]
    assert answer["total_requested_enrichments"] == len(answer["matches"]) == 10
    assert answer["unique_enriched_records"] == answer["credits_consumed"] == len(found)
    assert answer["missing_records"] == answer["matches"].count(None)
    for asked, match in zip(details, answer["matches"], strict=True):
        assert match is None or (match["email"], match["first_name"]) == (asked["email"], "Ada")


def test_a_person_asked_for_twice_in_a_call_is_charged_once(sandbox: httpx.Client) -> None:
    answer = sandbox.post(BULK, json={"details": slugs(1) * 2}).json()
    assert (answer["credits_consumed"], len(answer["matches"])) == (1, 2)
    assert [item["charged"] for item in items(sandbox)] == [1, 0]


def test_misses_are_nulls_and_free(sandbox: httpx.Client) -> None:
    for start in range(0, 100, 10):
        details = slugs(100)[start : start + 10]
        matches = sandbox.post(BULK, json={"details": details}).json()["matches"]
        outcomes = ["no_match" if match is None else "ok" for match in matches]
        assert [item["outcome"] for item in items(sandbox, after=str(start // 10))] == outcomes
    missed = [item for item in items(sandbox) if item["outcome"] == "no_match"]
    assert 1 <= len(missed) <= 15
    assert {item["charged"] for item in missed} == {0}


def test_a_miss_by_email_is_a_nameless_person_at_the_domain_s_organization(sandbox: httpx.Client) -> None:
    for n in range(100):
        asked = {"email": f"ada.quillmere{n}@company-3.example.com"}
        person = sandbox.post("/apollo/api/v1/people/match", json=asked).json()["person"]
        if person["name"] == "":
            assert person["match_confidence"] == "none"
            assert person["organization"]["primary_domain"] == "company-3.example.com"
            return
    pytest.fail("none of a hundred people was unknown")


@pytest.mark.parametrize(
    ("body", "status", "documented"),
    [
        ({}, 400, "post_people_bulk_match_400_add_people_to_enrich"),
        ({"details": slugs(11)}, 400, "post_people_bulk_match_400_more_than_10_people"),
        ({"details": "ada"}, 422, "post_people_bulk_match_422_result"),
    ],
)
def test_a_bad_request_is_refused_in_apollo_s_words(
    sandbox: httpx.Client, body: dict[str, object], status: int, documented: str
) -> None:
    answer = sandbox.post(BULK, json=body)
    assert (answer.status_code, answer.json()) == (status, sample(f"apollo/{documented}.json"))
    assert sandbox.get("/ledger/summary").json()["charged"] == 0


@pytest.mark.parametrize("headers", [{"x-api-key": "bad-key"}, {"x-api-key": "", "authorization": "Bearer key"}])
def test_a_bad_key_is_refused_as_plain_text_without_rate_headers(
    sandbox: httpx.Client, headers: dict[str, str]
) -> None:
    answer = sandbox.post(BULK, json={"details": slugs(2)}, headers=headers)
    documented = sample("apollo/post_people_bulk_match_401_check_api_key.json")["_raw_text"]
    assert (answer.status_code, answer.text) == (401, documented)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "x-rate-limit-minute" not in answer.headers
    assert [item["outcome"] for item in items(sandbox)] == ["auth_failed", "auth_failed"]


def test_windows_without_a_limit_have_empty_headers(sandbox: httpx.Client) -> None:
    headers = sandbox.post(BULK, json={"details": slugs(1)}, headers={"x-api-key": "fresh-key"}).headers
    assert headers["x-rate-limit-minute"] == "1000000"
    assert headers["x-minute-usage"] == "1"
    assert headers["x-minute-requests-left"] == "999999"
    assert headers["x-rate-limit-hourly"] == headers["x-24-hour-usage"] == ""


def test_spent_credits_are_refused(sandbox: httpx.Client) -> None:
    answer = sandbox.post(BULK, json={"details": slugs(1)}, headers={"x-api-key": "empty-account"})
    assert (answer.status_code, answer.json()["error_code"]) == (422, "INSUFFICIENT_CREDITS")


def test_an_organization_has_the_documented_keys(sandbox: httpx.Client) -> None:
    path = "/apollo/api/v1/organizations/enrich"
    answer = sandbox.get(path, params={"domain": "northwind-traders.example"}).json()
    documented = sample("apollo/get_organizations_enrich_200_result.json")["organization"]
    assert answer["organization"].keys() <= documented.keys()
    assert answer["organization"]["name"] == "Northwind Traders"
    missing = sandbox.get(path)
    assert (missing.status_code, missing.json()) == (
        422,
        sample("apollo/get_organizations_enrich_422_add_a_company_to_enrich.json"),
    )
