"""ZeroBounce and NeverBounce are imitated to the key, failures with status 200 included."""

import httpx

from tests.services.sandbox.conftest import items, key_paths, sample


def zerobounce(sandbox: httpx.Client, email: str, key: str = "good") -> httpx.Response:
    return sandbox.get("/zerobounce/v2/validate", params={"api_key": key, "email": email})


def neverbounce(sandbox: httpx.Client, email: str, key: str = "good") -> httpx.Response:
    return sandbox.post("/neverbounce/v4.2/single/check", json={"key": key, "email": email})


def test_a_verdict_of_zerobounce_has_the_documented_keys(sandbox: httpx.Client) -> None:
    assert key_paths(zerobounce(sandbox, "ada@a.example.com").json()) == key_paths(
        sample("zerobounce/validate_valid.json")
    )


def test_zerobounce_answers_a_batch_in_another_order(sandbox: httpx.Client) -> None:
    emails = [f"ada{n}@a.example.com" for n in range(20)]
    body = {"api_key": "good", "email_batch": [{"email_address": email, "ip_address": ""} for email in emails]}
    answer = sandbox.post("/zerobounce/v2/validatebatch", json=body).json()
    assert [one["address"] for one in answer["email_batch"]] == emails[::-1]
    assert {item["charged"] for item in items(sandbox) if item["outcome"] == "no_match"} <= {0}


def test_zerobounce_refuses_a_key_with_200(sandbox: httpx.Client) -> None:
    refused = zerobounce(sandbox, "ada@a.example.com", key="bad-key")
    assert (refused.status_code, list(refused.json())) == (200, ["error"])
    refused = sandbox.post("/zerobounce/v2/validatebatch", json={"api_key": "empty", "email_batch": [{}]})
    assert refused.json() == sample("zerobounce/validate_batch_error.json")


def test_a_check_of_neverbounce_has_the_documented_keys_and_is_charged(sandbox: httpx.Client) -> None:
    answer = neverbounce(sandbox, "ada@a.example.com")
    assert key_paths(answer.json()) == key_paths(sample("neverbounce/single_check.json"))
    assert [item["charged"] for item in items(sandbox)] == [1]


def test_neverbounce_tells_every_failure_with_200(sandbox: httpx.Client) -> None:
    refused = neverbounce(sandbox, "ada@a.example.com", key="bad-key")
    assert (refused.status_code, refused.json()["status"]) == (200, "auth_failure")
    assert neverbounce(sandbox, "ada@a.example.com", key="empty").json()["status"] == "general_failure"
