"""Pause, resume, cancel: at work at once, told once, and nothing that was answered is lost."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI

from shared.auth import Scope, create_key
from tests.eventually import eventually
from tests.services.executor.conftest import Finished, Launch, Owner, one, person

FUNCTION: dict[str, Any] = {
    "name": "slow",
    "version": 1,
    "title": "one slow call an item",
    "sources": ["apollo"],
    "steps": [{"name": "first", "provider": "function"}],
}


@pytest.fixture
async def slow(configured: httpx.AsyncClient, sandbox: httpx.AsyncClient) -> httpx.AsyncClient:
    """The API, with a function that takes its time."""
    rule = {"kind": "delay", "provider": "function", "ms": 200}
    (await sandbox.put("/faults", json=[rule])).raise_for_status()
    return configured


async def calls(sandbox: httpx.AsyncClient) -> int:
    total: int = (await sandbox.get("/ledger/summary")).json()["calls"]
    return total


async def told(owner: Owner, batch_id: UUID) -> list[str]:
    rows = await owner.fetch(
        "SELECT type FROM outbox WHERE batch_id = $1 AND type <> 'batch.progressed' ORDER BY event_id", batch_id
    )
    return [row["type"] for row in rows]


async def run_of(owner: Owner, batch_id: UUID) -> tuple[str, str | None]:
    row = await one(owner, "SELECT state, reason FROM batch_runs WHERE batch_id = $1", batch_id)
    return row["state"], row["reason"]


async def quiet(owner: Owner, batch_id: UUID) -> None:
    """Wait until no executor works on the batch."""

    async def none_at_work() -> bool:
        return not await owner.fetchval(
            "SELECT true FROM batch_chunks WHERE batch_id = $1 AND state IN ('running', 'dispatched')", batch_id
        )

    await eventually(none_at_work)


async def begun(sandbox: httpx.AsyncClient) -> None:
    """Wait until the first calls have been made."""

    async def some_calls() -> bool:
        return await calls(sandbox) > 0

    await eventually(some_calls)


async def test_a_paused_batch_makes_no_more_calls_and_goes_on_where_it_stood(
    slow: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner, finished: Finished
) -> None:
    batch_id = await launch([person(n) for n in range(300)], workflow=FUNCTION)
    await begun(sandbox)
    answer = await slow.post(f"/batches/{batch_id}/pause", json={"reason": "lunch"})
    assert (answer.status_code, answer.json()) == (200, {"batch_id": str(batch_id), "state": "paused"})
    assert await run_of(owner, batch_id) == ("paused", "lunch")
    await quiet(owner, batch_id)
    made = await calls(sandbox)
    assert 0 < made < 300
    answered = "SELECT count(*) FROM enrichment_results WHERE batch_id = $1"
    intended = "SELECT count(*) FROM attempts WHERE batch_id = $1"
    assert await owner.fetchval(answered, batch_id) == await owner.fetchval(intended, batch_id) == made

    assert (await slow.post(f"/batches/{batch_id}/resume")).json()["state"] == "running"
    counts = await finished(batch_id)
    assert sum(counts.values()) == 300
    assert await calls(sandbox) == 300
    assert await told(owner, batch_id) == ["batch.paused", "batch.resumed", "batch.completed"]


async def test_a_cancelled_batch_asks_nothing_more_counts_every_item_and_is_sealed(
    slow: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(300)], workflow=FUNCTION)
    await begun(sandbox)
    answer = await slow.post(f"/batches/{batch_id}/cancel", json={"reason": "the wrong list"})
    assert answer.json() == {"batch_id": str(batch_id), "state": "cancelled"}

    async def sealed() -> bool:
        return bool(await owner.fetchval("SELECT seal IS NOT NULL FROM batch_runs WHERE batch_id = $1", batch_id))

    await eventually(sealed)
    assert await run_of(owner, batch_id) == ("cancelled", "the wrong list")
    made = await calls(sandbox)
    assert 0 < made < 300
    counted = await one(
        owner,
        """
        SELECT sum(succeeded + no_match + failed) AS asked, sum(skipped) AS skipped
        FROM batch_chunks WHERE batch_id = $1
        """,
        batch_id,
    )
    assert tuple(counted) == (made, 300 - made)
    assert (await slow.get(f"/batches/{batch_id}/verify")).json()["verified"] is True
    assert await told(owner, batch_id) == ["batch.cancelled", "batch.completed"]
    data = await owner.fetchval("SELECT data->>'state' FROM outbox WHERE type = 'batch.completed'")
    assert data == "cancelled"


async def test_a_batch_that_waits_for_its_provider_is_cancelled_at_once(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    rule = {"kind": "throttle_429", "provider": "function", "retry_after": "seconds", "seconds": 600}
    (await sandbox.put("/faults", json=[rule])).raise_for_status()
    batch_id = await launch([person(1)], workflow=FUNCTION)

    async def parked() -> bool:
        return bool(
            await owner.fetchval("SELECT true FROM batch_chunks WHERE state = 'queued' AND run_at > now() + '1 min'")
        )

    await eventually(parked)
    (await configured.post(f"/batches/{batch_id}/cancel")).raise_for_status()

    async def sealed() -> bool:
        return bool(await owner.fetchval("SELECT seal IS NOT NULL FROM batch_runs WHERE batch_id = $1", batch_id))

    await eventually(sealed)


async def test_a_paused_batch_can_be_cancelled(slow: httpx.AsyncClient, launch: Launch, owner: Owner) -> None:
    batch_id = await launch([person(n) for n in range(3)], workflow=FUNCTION)
    (await slow.post(f"/batches/{batch_id}/pause")).raise_for_status()
    (await slow.post(f"/batches/{batch_id}/cancel")).raise_for_status()

    async def completed() -> bool:
        return "batch.completed" in await told(owner, batch_id)

    await eventually(completed)
    assert await told(owner, batch_id) == ["batch.paused", "batch.cancelled", "batch.completed"]


async def test_a_command_told_twice_with_its_key_is_carried_out_once(
    slow: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(50)], workflow=FUNCTION)
    key = {"Idempotency-Key": "one"}
    first = await slow.post(f"/batches/{batch_id}/pause", headers=key)
    again = await slow.post(f"/batches/{batch_id}/pause", headers=key)
    assert (again.status_code, again.json(), again.headers["idempotent-replayed"]) == (200, first.json(), "true")
    assert (await told(owner, batch_id)).count("batch.paused") == 1


@pytest.mark.parametrize(
    ("state", "verb", "detail"),
    [
        ("running", "resume", "The batch is running; only one that is paused can be resumed."),
        ("paused", "pause", "The batch is paused (why not); only one that is running can be paused."),
        ("completed", "pause", "The batch is completed; only one that is running can be paused."),
        ("completed", "cancel", "The batch is completed; only one that is running or paused can be cancelled."),
        ("cancelled", "resume", "The batch is cancelled (why not); only one that is paused can be resumed."),
        ("failed", "cancel", "The batch is failed (why not); only one that is running or paused can be cancelled."),
    ],
)
async def test_a_state_that_does_not_allow_it_is_a_conflict(
    api: httpx.AsyncClient, launch: Launch, owner: Owner, client_id: UUID, state: str, verb: str, detail: str
) -> None:
    batch_id = await launch([person(1)])
    reason = None if state in ("running", "completed") else "why not"
    await owner.execute(
        """
        INSERT INTO batch_runs (client_id, batch_id, state, reason, completed_at) VALUES ($1, $2, $3, $4, now())
        ON CONFLICT (client_id, batch_id) DO UPDATE SET state = excluded.state, reason = excluded.reason
        """,
        client_id,
        batch_id,
        state,
        reason,
    )
    refused = await api.post(f"/batches/{batch_id}/{verb}")
    assert (refused.status_code, refused.json()["detail"], refused.json()["state"]) == (409, detail, state)


async def test_batches_that_are_not_there_or_anothers_are_not_found(
    api: httpx.AsyncClient, executor: FastAPI, launch: Launch, owner: Owner
) -> None:
    batch_id = await launch([person(1)])
    other = await create_key(owner, client="other", name="other", scopes=frozenset({Scope.ADMIN}))
    stranger = {"Authorization": f"Bearer {other}"}
    for verb in ("pause", "resume", "cancel"):
        assert (await api.post(f"/batches/{uuid4()}/{verb}")).status_code == 404
        assert (await api.post(f"/batches/{batch_id}/{verb}", headers=stranger)).status_code == 404


async def test_control_needs_the_scope_that_launches(api: httpx.AsyncClient, launch: Launch, owner: Owner) -> None:
    batch_id = await launch([person(1)])
    reader = await create_key(owner, client="acme", name="reader", scopes=frozenset({Scope.READ}))
    refused = await api.post(f"/batches/{batch_id}/pause", headers={"Authorization": f"Bearer {reader}"})
    assert refused.status_code == 403
