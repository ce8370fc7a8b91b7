"""A user's own function is safe to repeat."""

import httpx

from tests.services.sandbox.conftest import items

ADA = {"linkedin_url": "https://www.linkedin.com/in/ada-quillmere-1a2b3c4"}


def test_an_answer_is_an_envelope(sandbox: httpx.Client) -> None:
    told = sandbox.post("/function", json=ADA).json()
    assert told.keys() == {"ok", "outcome", "data", "cost"}
    assert (told["ok"], told["outcome"], told["cost"]) == (True, "ok", 1)
    assert told["data"]["name"] == "Ada Quillmere"
    assert told["data"]["work_history"][0]["is_current"] is True


def test_what_is_known_may_stand_under_input(sandbox: httpx.Client) -> None:
    flat = sandbox.post("/function", json=ADA).json()
    assert sandbox.post("/function", json={"input": ADA, "results": {}}).json() == flat


def test_the_same_key_is_answered_the_same_and_charged_once(sandbox: httpx.Client) -> None:
    key = {"idempotency-key": "a-1"}
    answers = [sandbox.post("/function", json=ADA, headers=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    summary = sandbox.get("/ledger/summary").json()
    assert (summary["calls"], summary["charged"], summary["replayed"]) == (3, 1, 2)
    assert summary["charged_more_than_once"] == []


def test_the_same_key_with_another_question_is_refused(sandbox: httpx.Client) -> None:
    key = {"idempotency-key": "a-1"}
    sandbox.post("/function", json=ADA, headers=key)
    answer = sandbox.post("/function", json={"email": "ivo@company-3.example.com"}, headers=key)
    assert (answer.status_code, answer.json()["ok"], answer.json()["outcome"]) == (422, False, "bad_request")
    assert sandbox.get("/ledger/summary").json()["charged"] == 1


def test_a_key_that_was_never_worked_on_is_charged_when_it_is(sandbox: httpx.Client) -> None:
    key = {"idempotency-key": "a-1"}
    sandbox.put("/faults", json=[{"kind": "status", "status": 500, "first": 1}])
    assert sandbox.post("/function", json=ADA, headers=key).status_code == 500
    assert sandbox.post("/function", json=ADA, headers=key).json()["cost"] == 1
    assert [item["charged"] for item in items(sandbox)] == [0, 1]


def test_a_bulk_answer_echoes_ids_and_sums_the_cost(sandbox: httpx.Client) -> None:
    asked = [{"id": f"i{n}", "email": f"ada{n}@company-3.example.com"} for n in range(50)] + [{"id": "nobody"}]
    told = sandbox.post("/function/bulk", json={"items": asked}).json()
    assert [one["id"] for one in told["items"]] == [one["id"] for one in asked]
    assert {one["outcome"] for one in told["items"]} == {"ok", "no_match", "bad_request"}
    assert told["cost"] == sum(one["cost"] for one in told["items"])
    assert sandbox.post("/function/bulk", json={"items": []}).status_code == 400


def test_missing_credentials_are_refused_in_modal_s_words(sandbox: httpx.Client) -> None:
    answer = sandbox.post("/function", json=ADA, headers={"x-api-key": ""})
    assert (answer.status_code, answer.text) == (401, "modal-http: missing credentials for proxy authorization")
    assert sandbox.post("/function", json=ADA, headers={"x-api-key": "", "modal-key": "wk-1"}).status_code == 200
