"""The built-in documents read the providers' documented answers as they are meant."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from services.executor.calls.question import Seen, Unstored, ask, http_request
from services.executor.calls.read import read
from services.executor.calls.reply import ItemAnswer, classify
from services.executor.compiled import compile_provider
from services.executor.registry import load_registry
from shared.events import utc_now
from shared.wire import Exchange

PROVIDERS = {name: compile_provider(document) for name, document in load_registry().providers.items()}
SAMPLES = Path("tests/data/providers")

ADA = {
    "first_name": "Ada",
    "last_name": "Testcase",
    "email": "valid@example.com",
    "linkedin_url": "https://www.linkedin.com/in/ada-testcase/",
    "company_domain": "example.com",
}


def seen(number: int = 1, results: dict[str, Any] | None = None, **given: Any) -> Seen:
    return Seen(subject_id=UUID(int=number), number=number, input=ADA | given, results=results or {})


def sample(path: str) -> Any:
    return json.loads((SAMPLES / path).read_text())


def answered(
    name: str, body: Any, *, status: int = 200, subjects: list[Seen] | None = None, later: bool = False
) -> list[ItemAnswer]:
    provider, asked = PROVIDERS[name], subjects or [seen()]
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    exchange = Exchange(called_at=utc_now(), milliseconds=1, status=status, headers={}, content=content)
    reply = classify(provider, exchange, later=later)
    return read(provider, ask(provider, asked, dict(provider.document.variables)), asked, reply)


@pytest.mark.parametrize(
    ("provider", "path", "status", "outcome"),
    [
        ("apollo-match", "apollo/post_people_match_200_result.json", 200, "ok"),
        ("apollo-match", "apollo/post_people_match_401_check_api_key.json", 401, "auth_failed"),
        ("apollo-bulk-match", "apollo/post_people_bulk_match_400_more_than_10_people.json", 400, "bad_request"),
        ("apollo-bulk-match", "apollo/post_people_bulk_match_429_too_many_requests.json", 429, "throttled"),
        ("apollo-bulk-match", "apollo/post_people_bulk_match_422_result.json", 422, "bad_request"),
        ("pdl-enrich", "pdl/person_enrich_404.json", 404, "no_match"),
        ("zerobounce-validate", "zerobounce/validate_valid.json", 200, "ok"),
        ("zerobounce-batch", "zerobounce/validate_batch.json", 200, "ok"),
        ("zerobounce-batch", "zerobounce/validate_batch_error.json", 200, "auth_failed"),
        ("neverbounce-check", "neverbounce/single_check.json", 200, "ok"),
        ("neverbounce-check", "neverbounce/single_check_auth_failure_http200.json", 200, "auth_failed"),
        ("enrichlayer-profile", "enrichlayer/profile_200.json", 200, "ok"),
        ("enrichlayer-profile", "enrichlayer/profile_404.json", 404, "no_match"),
        ("coresignal-collect", "coresignal/multi_source_employee.json", 200, "ok"),
    ],
)
def test_a_documented_answer_has_its_outcome(provider: str, path: str, status: int, outcome: str) -> None:
    assert [each.outcome.value for each in answered(provider, sample(path), status=status)] == [outcome]


@pytest.mark.parametrize(
    ("provider", "status", "body", "outcome"),
    [
        ("apollo-match", 200, {"person": None}, "no_match"),
        ("apollo-match", 200, {"person": {"name": "", "match_confidence": "none", "organization": {}}}, "no_match"),
        ("apollo-match", 403, {"error_code": "API_INACCESSIBLE"}, "auth_failed"),
        ("hunter-email-finder", 202, {"data": None}, "pending"),
        ("hunter-email-finder", 451, {"errors": []}, "blocked_legal"),
        ("hunter-email-verifier", 202, {"data": None}, "pending"),
        ("zerobounce-validate", 200, {"status": "unknown", "sub_status": "greylisted"}, "no_match"),
        ("zerobounce-validate", 200, {"error": "Invalid API key or your account ran out of credits"}, "auth_failed"),
        ("zerobounce-validate", 403, {}, "throttled"),
        ("neverbounce-check", 200, {"status": "throttle_triggered"}, "throttled"),
        ("neverbounce-check", 200, {"status": "temp_unavail"}, "provider_error"),
        ("neverbounce-check", 200, {"status": "general_failure", "message": "Insufficient credits"}, "quota_exhausted"),
        ("neverbounce-check", 200, {"status": "success", "result": "unknown"}, "no_match"),
        ("enrichlayer-profile", 403, {"description": "Not enough credits"}, "quota_exhausted"),
        ("coresignal-collect", 404, {}, "no_match"),
        ("coresignal-collect", 408, {}, "no_match"),
        ("coresignal-collect", 454, {}, "no_match"),
        ("coresignal-collect", 402, {}, "quota_exhausted"),
        ("pdl-enrich", 402, {}, "quota_exhausted"),
        ("modal-function", 401, b"modal-http: missing credentials for proxy authorization", "auth_failed"),
        ("fullenrich-bulk", 429, {"code": "error.rate_limit"}, "throttled"),
        ("fullenrich-bulk", 400, {"code": "error.enrichment.credits"}, "quota_exhausted"),
        ("clay-table", 200, {"ref": "1", "outcome": "no_match", "person": None}, "no_match"),
        ("clay-table", 200, {"ref": "1", "person": {"name": "Ada"}}, "ok"),
    ],
)
def test_an_answer_that_the_facts_describe_has_its_outcome(provider: str, status: int, body: Any, outcome: str) -> None:
    assert [each.outcome.value for each in answered(provider, body, status=status)] == [outcome]


def test_addresses_of_a_batch_are_recognised_in_any_order() -> None:
    asked = [seen(n, email=email) for n, email in enumerate(["GOLD@example.com", "invalid@example.com", "x@a.example"])]
    answers = answered("zerobounce-batch", sample("zerobounce/validate_batch.json"), subjects=asked)
    assert [each.answer and each.answer["status"] for each in answers] == ["valid", "invalid", None]
    assert [each.outcome.value for each in answers] == ["ok", "ok", "provider_error"]


def test_what_apollos_waterfall_found_is_given_to_the_person_with_the_id() -> None:
    found = sample("apollo/get_webhook_result_request_id__200_waterfall_enrichment.json")
    asked = [
        seen(n, results={"person": {"answer": {"id": given_id}}})
        for n, given_id in enumerate(["695f655dc46b8364aefc80c0", "other"])
    ]
    for body in (found, found["webhook_result"]):
        answers = answered("apollo-waterfall", body, subjects=asked, later=True)
        assert [each.outcome.value for each in answers] == ["ok", "no_match"]
        assert answers[0].answer["emails"][0]["email"] == "email1@example.com"


@pytest.mark.parametrize(
    ("path", "status", "outcome"),
    [
        ("apollo/get_webhook_result_request_id__404_result_still_processing.json", 404, "pending"),
        ("apollo/get_webhook_result_request_id__410_result_expired.json", 410, "expired"),
        ("apollo/get_webhook_result_request_id__404_request_id_not_recognized.json", 404, "expired"),
    ],
)
def test_apollo_says_how_a_waterfall_stands(path: str, status: int, outcome: str) -> None:
    asked = [seen(results={"person": {"answer": {"id": "1"}}})]
    answers = answered("apollo-waterfall", sample(path), status=status, subjects=asked, later=True)
    assert [each.outcome.value for each in answers] == [outcome]


@pytest.mark.parametrize("request_id", [1039995589705121900, -9223372036854775807])
def test_a_request_id_beyond_what_a_float_holds_survives(request_id: int) -> None:
    provider = PROVIDERS["apollo-waterfall"]
    content = orjson.dumps({"waterfall": {"status": "accepted"}, "request_id": request_id})
    exchange = Exchange(called_at=utc_now(), milliseconds=1, status=200, headers={}, content=content)
    assert provider.wait is not None
    assert provider.wait.id is not None
    assert provider.wait.id.of(classify(provider, exchange).document) == str(request_id)


def test_a_secret_in_query_or_body_is_sent_and_never_stored() -> None:
    unstored = Unstored(secrets={"api_key": 'k"&y'})
    for name in ("zerobounce-validate", "neverbounce-check", "zerobounce-batch"):
        provider = PROVIDERS[name]
        question = ask(provider, [seen()], dict(provider.document.variables))
        request = http_request(question, provider.document.request.headers, unstored)
        assert "k%22%26y" in str(request.url) or b'k\\"&y' in (request.content or b"")
        assert 'k"&y' not in f"{question.url} {question.body}"


def test_the_name_in_a_linkedin_address_is_one_part_of_the_path() -> None:
    provider = PROVIDERS["coresignal-collect"]
    asked = [seen(linkedin_url="https://www.linkedin.com/in/ada-%2e%2e%2fx?y=1")]
    question = ask(provider, asked, dict(provider.document.variables))
    assert question.url == "https://api.coresignal.com/cdapi/v2/employee_multi_source/collect/ada-..%2Fx"
