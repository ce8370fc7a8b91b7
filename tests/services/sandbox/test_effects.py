"""Every kind of fault spoils the answer as it says, and the ledger knows what was charged."""

import gzip
import time
from email.utils import parsedate_to_datetime

import httpx
import pytest

from tests.services.sandbox.conftest import ADA, ask, items, set_faults

FUNCTION_BULK = {"items": [{"id": n, "email": f"ada{n}@company-3.example.com"} for n in range(8)]}


def ids(answer: httpx.Response) -> list[object]:
    return [item and item["id"] for item in answer.json()["items"]]


def test_a_status_of_ones_choice_is_answered_and_not_charged(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "status", "status": 503, "body": {"oops": 1}, "headers": {"Server": "edge"}})
    answer = ask(sandbox)
    assert (answer.status_code, answer.json(), answer.headers["server"]) == (503, {"oops": 1}, "uvicorn, edge")
    assert [(item["outcome"], item["charged"]) for item in items(sandbox)] == [("provider_error", 0)]


def test_a_fault_can_be_charged_for_all_the_same(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "html", "status": 524, "charged": True})
    answer = ask(sandbox)
    assert (answer.status_code, answer.headers["content-type"]) == (524, "text/html; charset=UTF-8")
    assert "<title>524 | edge.example.com</title>" in answer.text
    assert [(item["outcome"], item["charged"]) for item in items(sandbox)] == [("ok", 1)]


@pytest.mark.parametrize(
    ("provider", "path", "status"),
    [
        ("apollo", "/apollo/api/v1/people/match", 429),
        ("function", "/function", 429),
        ("pdl", "/pdl/v5/person/enrich", 429),
    ],
)
def test_throttling_speaks_the_provider_s_words(sandbox: httpx.Client, provider: str, path: str, status: int) -> None:
    set_faults(sandbox, {"kind": "throttle_429", "provider": provider, "seconds": 7})
    answer = sandbox.post(path, json=ADA)
    assert (answer.status_code, answer.headers["retry-after"]) == (status, "7")
    assert [(item["outcome"], item["charged"]) for item in items(sandbox)] == [("throttled", 0)]


def test_hunter_throttles_with_403_unless_told_otherwise(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "throttle_429", "first": 1}, {"kind": "throttle_429", "status": 429})
    answers = [sandbox.get("/hunter/v2/email-verifier", params=ADA).status_code for _ in range(2)]
    assert answers == [403, 429]


def test_retry_after_has_four_forms(sandbox: httpx.Client) -> None:
    hints = []
    for form in ("none", "seconds", "http_date", "absurd"):
        set_faults(sandbox, {"kind": "throttle_429", "retry_after": form, "seconds": 3})
        hints.append(ask(sandbox).headers.get("retry-after"))
    assert (hints[0], hints[1], hints[3]) == (None, "3", "31536000")
    assert hints[2] is not None
    assert abs(parsedate_to_datetime(hints[2]).timestamp() - time.time() - 3) < 2.5


@pytest.mark.parametrize(("kind", "status"), [("auth_failed", 401), ("quota_exhausted", 402)])
def test_keys_can_be_refused_at_any_time(sandbox: httpx.Client, kind: str, status: int) -> None:
    set_faults(sandbox, {"kind": kind, "provider": "pdl"})
    assert sandbox.get("/pdl/v5/person/enrich", params=ADA).status_code == status
    assert [item["outcome"] for item in items(sandbox)] == [kind]


def test_an_empty_body_is_charged(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "empty"})
    assert (ask(sandbox).content, items(sandbox)[0]["charged"]) == (b"", 1)


def test_malformed_json_breaks_off_within_its_content_length(sandbox: httpx.Client) -> None:
    whole = ask(sandbox).content
    set_faults(sandbox, {"kind": "malformed"})
    broken = ask(sandbox)
    assert broken.content == whole[: len(whole) // 2]
    assert broken.headers["content-length"] == str(len(whole) // 2)


def test_nul_and_a_foreign_byte_stand_in_a_string(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "nul"})
    assert ask(sandbox).json()["data"]["name"] == "\x00Ada Quillmere"
    set_faults(sandbox, {"kind": "wrong_charset"})
    answer = ask(sandbox)
    assert b'"name":"\xe9Ada Quillmere"' in answer.content
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("missing_items", [2, 3, 4, 5, 6, 7]),
        ("null_items", [None, None, 2, 3, 4, 5, 6, 7]),
        ("duplicate_items", [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]),
        ("extra_items", [0, 1, 2, 3, 4, 5, 6, 7, "stranger", "stranger"]),
    ],
)
def test_items_of_a_bulk_answer_can_be_wrong(sandbox: httpx.Client, kind: str, expected: list[object]) -> None:
    set_faults(sandbox, {"kind": kind, "count": 2})
    assert ids(sandbox.post("/function/bulk", json=FUNCTION_BULK)) == expected
    assert len(items(sandbox)) == 8


def test_items_can_be_shuffled_the_same_way_every_time(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "shuffled_items"})
    orders = [ids(sandbox.post("/function/bulk", json=FUNCTION_BULK)) for _ in range(2)]
    assert orders[0] == orders[1] != list(range(8))
    assert set(orders[0]) == set(range(8))


@pytest.mark.parametrize("kind", ["missing_items", "extra_items", "null_items", "shuffled_items", "duplicate_items"])
def test_lists_of_every_bulk_provider_can_be_wrong(sandbox: httpx.Client, kind: str) -> None:
    details = [{"linkedin_url": f"linkedin.com/in/ada-quillmere-{n}"} for n in range(4)]
    requests = [{"params": {"profile": f"ada-quillmere-{n}"}} for n in range(4)]
    set_faults(sandbox, {"kind": kind})
    apollo = sandbox.post("/apollo/api/v1/people/bulk_match", json={"details": details}).json()["matches"]
    pdl = sandbox.post("/pdl/v5/person/bulk", json={"requests": requests}).json()
    count = {"missing_items": 3, "extra_items": 5, "duplicate_items": 5}.get(kind, 4)
    assert (len(apollo), len(pdl)) == (count, count)


def test_a_huge_body_and_a_bomb_are_as_large_as_asked(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "huge", "mb": 3})
    assert len(ask(sandbox).json()["padding"]) == 3_000_000
    set_faults(sandbox, {"kind": "gzip_bomb", "mb": 5})
    with sandbox.stream("POST", "/function", json=ADA) as answer:
        packed = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert len(packed) < 20_000
    assert len(gzip.decompress(packed)) > 5_000_000
