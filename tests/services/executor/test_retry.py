"""Retry: a recorded decision opens what failed or was lost; attempts are appended, and the batch is completed anew."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.eventually import eventually
from tests.services.executor.conftest import Finished, Launch, Owner, person
from tests.services.executor.test_companies import COMPANIES

TWO_STEPS: dict[str, Any] = {
    "name": "two",
    "version": 1,
    "title": "the second step needs the first",
    "sources": ["apollo"],
    "steps": [
        {"name": "person", "provider": "apollo-bulk-match"},
        {"name": "history", "provider": "pdl-enrich", "when": "results.person.outcome == 'ok'"},
    ],
}


async def completed(owner: Owner, batch_id: UUID, completion: int) -> dict[str, int]:
    """Wait for this completion of the batch; return the outcomes of all its results, counted."""

    async def there() -> bool:
        return bool(
            await owner.fetchval(
                "SELECT true FROM outbox WHERE batch_id = $1 AND type = 'batch.completed'"
                " AND (data->>'completion')::integer = $2",
                batch_id,
                completion,
            )
        )

    await eventually(there, within=20)
    rows = await owner.fetch(
        "SELECT outcome, count(*) FROM enrichment_results WHERE batch_id = $1 GROUP BY outcome", batch_id
    )
    return {row["outcome"]: row["count"] for row in rows}


async def break_it(sandbox: httpx.AsyncClient, *rules: dict[str, Any]) -> None:
    (await sandbox.put("/faults", json=list(rules))).raise_for_status()


async def test_what_was_lost_is_asked_again_by_a_recorded_decision_alone(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, {"kind": "close", "provider": "pdl", "first": 1})
    batch_id = await launch([person(n) for n in range(3)], workflow="pdl-single")
    assert (await finished(batch_id))["unknown"] == 1
    answer = await configured.post(f"/batches/{batch_id}/retry", json={"only": "unknown"})
    assert (answer.status_code, answer.json()["questions"], answer.json()["state"]) == (200, 1, "running")
    outcomes = await completed(owner, batch_id, 2)
    assert (outcomes["unknown"], sum(outcomes.values())) == (1, 4)
    attempts = await owner.fetch("SELECT attempt, state FROM workflow_states ORDER BY attempt, started_at")
    assert [row["attempt"] for row in attempts] == [1, 1, 1, 2]
    decision = await owner.fetchrow("SELECT outcomes, items, decided_by IS NOT NULL AS who FROM retries")
    assert decision is not None
    assert tuple(decision) == (["unknown"], None, True)
    assert (await configured.get(f"/batches/{batch_id}/verify")).json()["verified"] is True


async def test_a_step_that_was_skipped_for_want_of_an_answer_is_asked_once_the_answer_is_there(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, {"kind": "status", "status": 400, "provider": "apollo"})
    batch_id = await launch([person(n) for n in range(20)], workflow=TWO_STEPS)
    assert (await finished(batch_id))["failed"] == 20
    await sandbox.delete("/faults")
    await configured.post(f"/batches/{batch_id}/retry", json={"only": "failed"})
    await completed(owner, batch_id, 2)
    found = await owner.fetchval("SELECT count(*) FROM enrichment_results WHERE step = 'person' AND outcome = 'ok'")
    asked = await owner.fetchval("SELECT count(*) FROM enrichment_results WHERE step = 'history' AND attempt = 1")
    assert found == asked > 0
    assert await owner.fetchval("SELECT count(*) FROM enrichment_results WHERE outcome = 'bad_request'") == 20


async def test_a_company_asked_again_counts_for_all_its_people(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, {"kind": "status", "status": 400, "provider": "apollo"})
    people = [person(n, company_domain=f"firm{n % 2}.example") for n in range(30)]
    batch_id = await launch(people, workflow=COMPANIES)
    assert (await finished(batch_id))["failed"] == 30
    await sandbox.delete("/faults")
    answer = await configured.post(f"/batches/{batch_id}/retry", json={"only": "failed"})
    assert answer.json()["questions"] == 2
    await completed(owner, batch_id, 2)
    counts = await owner.fetchrow("SELECT sum(failed) AS failed, sum(succeeded + no_match) AS told FROM batch_chunks")
    assert counts is not None
    assert tuple(counts) == (0, 30)
    assert await owner.fetchval("SELECT count(*) FROM attempts") == 4


async def test_chosen_items_are_asked_again_and_no_others(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await break_it(sandbox, {"kind": "status", "status": 400, "provider": "pdl"})
    batch_id = await launch([person(n) for n in range(3)], workflow="pdl-single")
    await finished(batch_id)
    await sandbox.delete("/faults")
    chosen = str(await owner.fetchval("SELECT batch_item_id FROM batch_items WHERE item_no = 2"))
    key = {"Idempotency-Key": str(uuid4())}
    first = await configured.post(f"/batches/{batch_id}/retry", json={"items": [chosen]}, headers=key)
    again = await configured.post(f"/batches/{batch_id}/retry", json={"items": [chosen]}, headers=key)
    assert first.json() == again.json()
    assert first.json()["questions"] == 1
    await completed(owner, batch_id, 2)
    second = await owner.fetch("SELECT batch_item_id FROM attempts WHERE attempt = 2")
    assert [str(row["batch_item_id"]) for row in second] == [chosen]


async def test_where_nothing_failed_nothing_is_opened(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(1)], workflow="pdl-single")
    await finished(batch_id)
    answer = (await configured.post(f"/batches/{batch_id}/retry", json={"only": "failed"})).json()
    assert (answer["state"], answer["questions"]) == ("completed", 0)
    assert await owner.fetchval("SELECT completion FROM batch_runs WHERE batch_id = $1", batch_id) == 1


@pytest.mark.parametrize("given", [{}, {"only": "ok"}, {"items": []}, {"only": "failed", "other": 1}])
async def test_a_retry_says_what_is_asked_again(configured: httpx.AsyncClient, given: dict[str, Any]) -> None:
    answer = await configured.post(f"/batches/{uuid4()}/retry", json=given)
    assert answer.status_code == 422


async def test_a_cancelled_batch_stays_cancelled(configured: httpx.AsyncClient, launch: Launch, owner: Owner) -> None:
    batch_id = await launch([person(n) for n in range(50)])
    await configured.post(f"/batches/{batch_id}/cancel")
    answer = await configured.post(f"/batches/{batch_id}/retry", json={"only": "failed"})
    assert answer.status_code == 409
    assert "only one that is completed or paused or failed can be retried" in answer.json()["detail"]
