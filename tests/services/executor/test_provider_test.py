"""A test call: asked once and recorded before it, shown as a batch would store it, without its secrets."""

from typing import Any
from uuid import UUID

import httpx

from tests.services.executor.conftest import Owner, one, person

GOOD = {"input": person(1)}


async def charged(sandbox: httpx.AsyncClient) -> int:
    """How many calls the sandbox got."""
    return len((await sandbox.get("/ledger")).json()["calls"])


async def told_of(api: httpx.AsyncClient, name: str, order: dict[str, Any] = GOOD, key: str | None = None) -> Any:
    answer = await api.post(f"/providers/{name}/test", json=order, headers={"Idempotency-Key": key} if key else {})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_request_the_answer_and_what_would_be_stored_are_shown(
    configured: httpx.AsyncClient, owner: Owner
) -> None:
    told = await told_of(configured, "pdl-enrich")
    assert (told["provider"], told["version"], told["shape"]) == ("pdl-enrich", 1, "single")
    assert told["request"]["headers"] == {"X-Api-Key": "secret:api_key"}
    assert told["request"]["body"]["profile"] == "https://www.linkedin.com/in/invented-1"
    assert told["answer"]["status"] in (200, 404)
    assert told["outcome"] == {200: "ok", 404: "no_match"}[told["answer"]["status"]]
    assert told["stored"]["json_payload"] == told["answer"]["body"]
    assert "good" not in str(told)
    intent = await one(owner, "SELECT * FROM provider_tests")
    assert str(intent["test_id"]) == told["test_id"]
    assert await owner.fetchval("SELECT count(*) FROM provider_test_answers") == 1


async def test_of_a_bulk_answer_the_items_own_part_would_be_stored(configured: httpx.AsyncClient) -> None:
    told = await told_of(configured, "pdl-bulk")
    assert told["request"]["body"]["requests"][0]["metadata"] == {"ref": told["test_id"]}
    assert told["stored"]["json_payload"] == told["answer"]["body"][0]


async def test_a_repeated_test_is_not_asked_again(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, owner: Owner
) -> None:
    first = await told_of(configured, "pdl-enrich", key="t-1")
    calls = await charged(sandbox)
    assert await told_of(configured, "pdl-enrich", key="t-1") == first
    assert await charged(sandbox) == calls
    headers = {"Idempotency-Key": "t-1"}
    other = await configured.post("/providers/pdl-enrich/test", json={"input": person(2)}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (
        422,
        "urn:leadledger:problem:idempotency-key-reused",
    )
    await owner.execute("ALTER TABLE provider_test_answers DISABLE TRIGGER append_only_rows")
    await owner.execute("DELETE FROM provider_test_answers")
    lost = await configured.post("/providers/pdl-enrich/test", json=GOOD, headers=headers)
    assert lost.status_code == 409
    assert "it may have been charged" in lost.json()["detail"]
    assert await charged(sandbox) == calls


async def test_nobody_is_asked_about_too_little_or_without_credentials(
    api: httpx.AsyncClient, sandbox: httpx.AsyncClient, owner: Owner
) -> None:
    little = await told_of(api, "pdl-enrich", {"input": {"city": "Berlin"}})
    assert (little["outcome"], little["test_id"], little["request"]) == ("skipped", None, None)
    keyless = await told_of(api, "pdl-enrich")
    assert (keyless["outcome"], keyless["detail"]) == (
        "auth_failed",
        "not configured: give api_key with PUT /providers/pdl-enrich/configuration",
    )
    assert await charged(sandbox) == 0
    assert await owner.fetchval("SELECT count(*) FROM provider_tests") == 0


async def test_an_own_version_is_tested_like_any(configured: httpx.AsyncClient) -> None:
    document = (await configured.get("/providers/pdl-enrich")).json()["document"]
    await configured.put("/providers/pdl-enrich", json={**document, "version": 2, "answer": "body.data.full_name"})
    told = await told_of(configured, "pdl-enrich")
    assert told["version"] == 2
    assert (await told_of(configured, "pdl-enrich", {**GOOD, "version": 1}))["version"] == 1


async def test_a_provider_that_is_paused_is_not_tested(
    configured: httpx.AsyncClient, owner: Owner, client_id: UUID
) -> None:
    await owner.execute(
        """
        INSERT INTO provider_gates (client_id, provider, paused_until, paused_reason)
        VALUES ($1, 'pdl-enrich', 'infinity', 'its credits are used up')
        ON CONFLICT (client_id, provider) DO UPDATE
            SET paused_until = excluded.paused_until, paused_reason = excluded.paused_reason
        """,
        client_id,
    )
    refused = await configured.post("/providers/pdl-enrich/test", json=GOOD)
    assert refused.status_code == 409
    assert "its credits are used up" in refused.json()["detail"]
