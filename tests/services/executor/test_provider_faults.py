"""Whatever a provider does, each item ends with a named outcome, the bytes are kept, nothing charged is repeated."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from tests.services.executor.conftest import Finished, Launch, Owner, amend, one, person


async def outcomes(owner: Owner, batch_id: UUID, step: str) -> list[str]:
    """Return the outcomes of the first item's attempts, in their order."""
    rows = await owner.fetch(
        """
        SELECT outcome FROM enrichment_results JOIN batch_items USING (client_id, batch_item_id)
        WHERE batch_items.batch_id = $1 AND step = $2 AND item_no = 1 ORDER BY attempt
        """,
        batch_id,
        step,
    )
    return [row["outcome"] for row in rows]


async def charged_twice(sandbox: httpx.AsyncClient) -> object:
    return (await sandbox.get("/ledger/summary")).json()["charged_more_than_once"]


async def break_it(sandbox: httpx.AsyncClient, **rule: Any) -> None:
    (await sandbox.put("/faults", json=[rule])).raise_for_status()


SINGLE = [
    ({"kind": "throttle_429", "first": 2, "retry_after": "none"}, ["throttled", "throttled", "ok"]),
    ({"kind": "throttle_429", "first": 1, "retry_after": "seconds", "seconds": 1}, ["throttled", "ok"]),
    ({"kind": "status", "status": 503, "first": 1}, ["provider_error", "ok"]),
    ({"kind": "status", "status": 500}, ["provider_error"] * 4),
    ({"kind": "html", "status": 200}, ["provider_error"] * 4),
    ({"kind": "html", "status": 520, "first": 1}, ["provider_error", "ok"]),
    ({"kind": "malformed", "first": 1}, ["provider_error", "ok"]),
    ({"kind": "wrong_charset", "first": 1}, ["provider_error", "ok"]),
    ({"kind": "empty", "first": 1}, ["provider_error", "ok"]),
    ({"kind": "nul"}, ["ok"]),
    ({"kind": "status", "status": 451}, ["blocked_legal"]),
    ({"kind": "status", "status": 400}, ["bad_request"]),
    ({"kind": "close"}, ["unknown"]),
    ({"kind": "close", "after_bytes": 10}, ["unknown"]),
]


@pytest.mark.parametrize(("rule", "expected"), SINGLE, ids=lambda value: str(value)[:60])
async def test_a_single_call_ends_in_a_named_outcome(
    rule: dict[str, Any],
    expected: list[str],
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
) -> None:
    await break_it(sandbox, **rule)
    batch_id = await launch([person(2)], workflow="pdl-single")
    counts = await finished(batch_id)
    assert await outcomes(owner, batch_id, "history") == expected
    assert sum(counts.values()) == 1
    calls = await owner.fetchval("SELECT count(*) FROM provider_calls WHERE batch_id = $1", batch_id)
    assert calls == len(expected)
    verified = (await configured.get(f"/batches/{batch_id}/verify")).json()
    assert verified["verified"] is True


async def test_a_charged_call_whose_answer_is_lost_is_never_silently_repeated(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, kind="close", charged=True, provider="hunter")
    batch_id = await launch([person(3, email=None)], workflow="apollo-email")
    await finished(batch_id)
    calls = (await sandbox.get("/ledger", params={"provider": "hunter"})).json()["calls"]
    assert len(calls) <= 1
    assert await outcomes(owner, batch_id, "email") in (["unknown"], ["skipped"])


async def test_a_function_that_honours_its_key_is_asked_again_and_charges_once(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, kind="close", charged=True, first=1)
    batch_id = await launch([person(4)], workflow="function")
    counts = await finished(batch_id)
    assert await outcomes(owner, batch_id, "function") == ["unknown", "ok"]
    assert counts["succeeded"] == 1
    assert not await charged_twice(sandbox)


async def test_a_slow_provider_is_given_up_after_its_time_and_counts_as_unknown(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "pdl-enrich", limits={"timeout_seconds": 0.3})
    await break_it(sandbox, kind="hang")
    batch_id = await launch([person(5)], workflow="pdl-single")
    counts = await finished(batch_id)
    assert counts["unknown"] == 1
    error = await owner.fetchval("SELECT error FROM provider_calls WHERE batch_id = $1", batch_id)
    assert error == "no complete answer within 0.3 s"


async def test_a_drip_does_not_outlast_the_deadline(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "pdl-enrich", limits={"timeout_seconds": 0.5})
    await break_it(sandbox, kind="drip", interval_ms=50)
    batch_id = await launch([person(5)], workflow="pdl-single")
    counts = await finished(batch_id)
    assert counts["unknown"] == 1


async def test_a_provider_that_is_down_is_a_failure_that_was_not_charged(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    given = {"variables": {"base_url": "http://127.0.0.1:1"}, "secrets": {"api_key": "k"}}
    (await configured.put("/providers/pdl-enrich/configuration", json=given)).raise_for_status()
    batch_id = await launch([person(6)], workflow="pdl-single")
    counts = await finished(batch_id)
    assert counts["failed"] == 1
    assert await outcomes(owner, batch_id, "history") == ["provider_error"] * 4


@pytest.mark.parametrize("kind", ["huge", "gzip_bomb"])
async def test_an_endless_answer_is_cut(
    kind: str,
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
) -> None:
    await break_it(sandbox, kind=kind, mb=30)
    batch_id = await launch([person(7)], workflow="pdl-single")
    counts = await finished(batch_id)
    assert counts["unknown"] == 1
    stored = await one(owner, "SELECT error, answer_bytes FROM provider_calls WHERE batch_id = $1", batch_id)
    assert tuple(stored) == ("the answer is longer than 10000000 bytes and was cut", 10_000_000)


async def test_the_exact_bytes_are_kept_also_where_jsonb_cannot_hold_them(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, kind="nul")
    batch_id = await launch([person(8)], workflow="pdl-single")
    await finished(batch_id)
    row = await one(owner, "SELECT call_id, json_payload::text FROM enrichment_results WHERE batch_id = $1", batch_id)
    answer = await configured.get(f"/calls/{row['call_id']}/answer")
    assert b"\\u0000" in answer.content
    assert "\ufffd" in row["json_payload"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("missing_items", {"ok", "no_match"}),
        ("null_items", {"ok", "no_match"}),
        ("extra_items", {"ok", "no_match"}),
        ("shuffled_items", {"ok", "no_match"}),
        ("duplicate_items", {"ok", "no_match"}),
    ],
)
async def test_a_bulk_answer_that_does_not_correspond_gives_nobody_anothers_answer(
    kind: str,
    expected: set[str],
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
) -> None:
    await break_it(sandbox, kind=kind, provider="apollo")
    batch_id = await launch([person(n) for n in range(30)])
    counts = await finished(batch_id)
    assert sum(counts.values()) == 30
    rows = await owner.fetch(
        """
        SELECT outcome, input->>'linkedin_url' AS asked, json_payload->>'linkedin_url' AS answered
        FROM enrichment_results JOIN batch_items USING (client_id, batch_item_id)
        WHERE enrichment_results.batch_id = $1 AND step = 'person'
        """,
        batch_id,
    )
    assert len(rows) == 30
    assert {row["outcome"] for row in rows} <= expected
    for row in rows:
        if row["outcome"] == "ok":
            assert row["answered"].removeprefix("http://") == row["asked"].removeprefix("https://")


async def test_a_provider_nobody_configured_is_named_and_never_called(
    api: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(9)], workflow="pdl-single")
    counts = await finished(batch_id)
    assert counts["failed"] == 1
    row = await one(owner, "SELECT outcome, attempt, detail FROM enrichment_results WHERE batch_id = $1", batch_id)
    assert tuple(row) == (
        "auth_failed", 0, "not configured: give api_key with PUT /providers/pdl-enrich/configuration",
    )  # fmt: skip
    assert await owner.fetchval("SELECT count(*) FROM provider_calls") == 0


async def test_a_row_with_nothing_to_ask_by_is_skipped_and_the_batch_completes(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished
) -> None:
    batch_id = await launch([{"title": "Nobody"}], workflow="pdl-single")
    counts = await finished(batch_id)
    assert counts["skipped"] == 1
    assert (await sandbox.get("/ledger")).json()["calls"] == []
