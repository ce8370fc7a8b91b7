"""Hunter is imitated to the key."""

import httpx
import pytest

from tests.services.sandbox.conftest import items, key_paths, sample

FINDER = "/hunter/v2/email-finder"
VERIFIER = "/hunter/v2/email-verifier"


def find(sandbox: httpx.Client, number: int) -> httpx.Response:
    asked = {"domain": "company-3.example.com", "first_name": "Ada", "last_name": f"Quillmere{number}"}
    return sandbox.get(FINDER, params=asked)


def verify(sandbox: httpx.Client, number: int) -> httpx.Response:
    return sandbox.get(VERIFIER, params={"email": f"ada{number}@company-3.example.com"})


def test_a_found_address_has_the_documented_keys(sandbox: httpx.Client) -> None:
    found = next(a for a in (find(sandbox, n) for n in range(50)) if a.status_code == 200 and a.json()["data"]["email"])
    assert key_paths(found.json()) == key_paths(sample("hunter/hunter-email-finder-example.json")["response"])
    assert found.json()["data"]["domain"] == "company-3.example.com"


def test_a_verdict_has_the_documented_keys(sandbox: httpx.Client) -> None:
    verdict = next(a for a in (verify(sandbox, n) for n in range(50)) if a.status_code == 200)
    assert key_paths(verdict.json()) == key_paths(sample("hunter/hunter-email-verifier-example.json")["response"])


def test_an_unknown_person_is_a_null_address_and_free(sandbox: httpx.Client) -> None:
    answers = [find(sandbox, n) for n in range(100)]
    missed = [a for a in answers if a.status_code == 200 and a.json()["data"]["email"] is None]
    assert 8 <= len(missed) <= 30
    free = [item for item in items(sandbox) if item["outcome"] == "no_match"]
    assert (len(free), {item["charged"] for item in free}) == (len(missed), {0})


def test_a_linkedin_handle_can_be_asked_and_a_miss_of_it_is_404(sandbox: httpx.Client) -> None:
    answers = [sandbox.get(FINDER, params={"linkedin_handle": f"ada-quillmere-{n}"}) for n in range(60)]
    assert {200, 404} <= {answer.status_code for answer in answers}
    missed = next(answer for answer in answers if answer.status_code == 404)
    assert missed.json()["errors"][0]["id"] == "not_found"


@pytest.mark.parametrize("ask", [find, verify])
def test_some_questions_are_answered_202_the_first_time_only(sandbox: httpx.Client, ask: object) -> None:
    assert callable(ask)
    waiting = [n for n in range(100) if ask(sandbox, n).status_code == 202]
    assert 3 <= len(waiting) <= 20
    assert {ask(sandbox, n).status_code for n in waiting} == {200}
    pending = [item for item in items(sandbox) if item["outcome"] == "pending"]
    assert (len(pending), {item["charged"] for item in pending}) == (len(waiting), {0})


def test_some_people_may_not_be_told_for_legal_reasons(sandbox: httpx.Client) -> None:
    blocked = [answer for answer in (verify(sandbox, n) for n in range(150)) if answer.status_code == 451]
    assert 1 <= len(blocked) <= 12
    assert blocked[0].json()["errors"][0]["code"] == 451


@pytest.mark.parametrize(("path", "asked"), [(FINDER, {"first_name": "Ada"}), (VERIFIER, {"email": "nobody"})])
def test_missing_parameters_are_refused(sandbox: httpx.Client, path: str, asked: dict[str, str]) -> None:
    answer = sandbox.get(path, params=asked)
    assert (answer.status_code, answer.json()["errors"][0]["id"]) == (400, "wrong_params")


def test_a_key_may_stand_in_three_places_and_never_in_the_ledger(sandbox: httpx.Client) -> None:
    asked = {"email": "ada@company-3.example.com"}
    for headers, query in (
        ({"x-api-key": "secret-key"}, {}),
        ({"x-api-key": "", "authorization": "Bearer secret-key"}, {}),
        ({"x-api-key": ""}, {"api_key": "secret-key"}),
    ):
        assert sandbox.get(VERIFIER, params={**asked, **query}, headers=headers).status_code in (200, 202)
    calls = sandbox.get("/ledger").json()["calls"]
    assert len({call["credential"] for call in calls}) == 1
    assert "secret-key" not in str(calls)


@pytest.mark.parametrize(("key", "status"), [("bad-key", 401), ("empty-key", 429), ("", 401)])
def test_keys_are_refused_as_an_array_of_errors(sandbox: httpx.Client, key: str, status: int) -> None:
    answer = sandbox.get(VERIFIER, params={"email": "a@b.example"}, headers={"x-api-key": key})
    assert answer.status_code == status
    assert answer.json()["errors"][0].keys() == {"id", "code", "details"}
