"""People Data Labs is imitated to the key."""

import json
import re

import httpx
import pytest

from tests.services.sandbox.conftest import items, key_paths, sample

ENRICH = "/pdl/v5/person/enrich"
BULK = "/pdl/v5/person/bulk"


def profiles(count: int) -> list[dict[str, object]]:
    return [{"metadata": {"ref": n}, "params": {"profile": f"linkedin.com/in/ada-quillmere-{n}"}} for n in range(count)]


def test_an_answer_has_at_least_the_documented_keys(sandbox: httpx.Client) -> None:
    answers = [sandbox.get(ENRICH, params={"profile": f"ada-quillmere-{n}"}).json() for n in range(10)]
    found = key_paths([answer for answer in answers if answer["status"] == 200])
    assert key_paths([sample("pdl/person_enrich_v2x.json")]) <= found


def test_a_miss_is_404_and_free(sandbox: httpx.Client) -> None:
    answers = [sandbox.get(ENRICH, params={"profile": f"ada-quillmere-{n}"}) for n in range(60)]
    missed = [answer for answer in answers if answer.status_code == 404]
    assert 3 <= len(missed) <= 18
    assert missed[0].json() == sample("pdl/person_enrich_404.json")
    assert missed[0].headers["x-call-credits-spent"] == "0"
    assert sandbox.get("/ledger/summary").json()["charged"] == 60 - len(missed)


def test_costs_and_limits_stand_in_the_headers(sandbox: httpx.Client) -> None:
    key = {"x-api-key": "meter-key"}
    first = sandbox.get(ENRICH, params={"email": "ada.quillmere@company-3.example.com"}, headers=key).headers
    again = sandbox.get(ENRICH, params={"email": "ada.quillmere@company-3.example.com"}, headers=key).headers
    assert [first["x-call-credits-spent"], first["x-lifetime-used"], again["x-lifetime-used"]] == ["1", "1", "2"]
    assert json.loads(first["x-ratelimit-limit"]) == {"minute": 1_000_000}
    assert json.loads(again["x-ratelimit-remaining"]) == {"minute": 999_998}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["x-ratelimit-reset"])


def test_a_bulk_answer_mixes_hits_and_misses_in_order_with_metadata(sandbox: httpx.Client) -> None:
    answer = sandbox.post(BULK, json={"requests": profiles(100)})
    told = answer.json()
    assert [one["metadata"]["ref"] for one in told] == list(range(100))
    assert {one["status"] for one in told} == {200, 404}
    found = sum(one["status"] == 200 for one in told)
    assert answer.headers["x-call-credits-spent"] == str(found)
    assert all(one.keys() == {"status", "error", "metadata"} for one in told if one["status"] == 404)
    assert items(sandbox)[7]["asked"] == {"profile": "linkedin.com/in/ada-quillmere-7", "metadata": {"ref": 7}}


def test_a_bulk_request_is_limited_to_a_hundred(sandbox: httpx.Client) -> None:
    assert sandbox.post(BULK, json={"requests": profiles(101)}).status_code == 400
    assert sandbox.post(BULK, json={"requests": []}).status_code == 400
    assert sandbox.post(BULK, content=b"{nothing").status_code == 400
    assert sandbox.get("/ledger/summary").json()["charged"] == 0


def test_a_request_without_an_identity_is_refused(sandbox: httpx.Client) -> None:
    answer = sandbox.get(ENRICH, params={"name": "Ada Quillmere"})
    assert (answer.status_code, answer.json()["error"]["type"]) == (400, "invalid_request_error")
    with_place = sandbox.get(ENRICH, params={"name": "Ada Quillmere", "location": "Lyon"})
    assert with_place.status_code in (200, 404)


@pytest.mark.parametrize(
    ("key", "status", "kind"), [("bad-key", 401, "authentication_error"), ("empty-key", 402, "payment_required")]
)
def test_keys_are_refused_in_the_provider_s_words(sandbox: httpx.Client, key: str, status: int, kind: str) -> None:
    answer = sandbox.get(ENRICH, params={"profile": "ada-quillmere-1"}, headers={"x-api-key": key})
    assert (answer.status_code, answer.json()["error"]["type"]) == (status, kind)


def test_names_are_lower_case_and_dates_as_exact_as_they_happen_to_be(sandbox: httpx.Client) -> None:
    told = sandbox.post(BULK, json={"requests": profiles(60)}).json()
    jobs = [job for one in told if one["status"] == 200 for job in one["data"]["experience"]]
    assert {len(job["start_date"]) for job in jobs} == {4, 7, 10}
    assert all(job["company"]["name"] == job["company"]["name"].lower() for job in jobs)
    assert any(job["company"]["website"] is None for job in jobs)
    assert any(not one["data"]["experience"][0]["is_primary"] for one in told if one["status"] == 200)


def test_the_free_plan_tells_that_there_is_an_address_but_not_which(sandbox: httpx.Client) -> None:
    told = sandbox.post(BULK, json={"requests": profiles(5)}, headers={"x-api-key": "free-plan"}).json()
    assert {one["data"]["work_email"] for one in told if one["status"] == 200} == {True}


def test_min_likelihood_turns_unsure_matches_into_misses(sandbox: httpx.Client) -> None:
    asked = [{"params": {"profile": f"ada-quillmere-{n}", "min_likelihood": 8}} for n in range(60)]
    told = sandbox.post(BULK, json={"requests": asked}).json()
    assert all(one["likelihood"] >= 8 for one in told if one["status"] == 200)
    assert sum(one["status"] == 404 for one in told) > 20


def test_apollo_and_pdl_tell_the_same_past_in_spellings_of_their_own(sandbox: httpx.Client) -> None:
    details = [{"linkedin_url": f"http://www.linkedin.com/in/ada-quillmere-{n}"} for n in range(10)]
    apollo = sandbox.post("/apollo/api/v1/people/bulk_match", json={"details": details}).json()["matches"]
    pdl = sandbox.post(BULK, json={"requests": profiles(10)}).json()
    shared = 0
    for ours, theirs in zip(apollo, pdl, strict=True):
        if ours is None or theirs["status"] != 200:
            continue
        titles = {job["title"].lower() for job in ours["employment_history"]}
        shared += len(titles & {job["title"]["name"] for job in theirs["data"]["experience"]})
        assert ours["organization"]["primary_domain"] == theirs["data"]["job_company_website"]
    assert shared >= 12
