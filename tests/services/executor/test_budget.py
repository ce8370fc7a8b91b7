"""A budget is never exceeded, however many calls are in flight; the batch pauses before, and goes on with more."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from tests.eventually import eventually
from tests.services.executor.conftest import Finished, Launch, Owner, amend, one, person


async def paused(owner: Owner, batch_id: UUID) -> "Any":
    async def stands() -> bool:
        return bool(
            await owner.fetchval("SELECT true FROM batch_runs WHERE batch_id = $1 AND state = 'paused'", batch_id)
        )

    await eventually(stands)
    return await one(owner, "SELECT reason, budget, reserved, spent FROM batch_runs WHERE batch_id = $1", batch_id)


async def charged(sandbox: httpx.AsyncClient) -> Decimal:
    return Decimal(str((await sandbox.get("/ledger/summary")).json()["charged"]))


@pytest.mark.parametrize(("workflow", "budget"), [("pdl-single", 17), ("apollo-default", 65)])
async def test_a_budget_stops_the_batch_before_it_is_exceeded(
    workflow: str,
    budget: int,
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    owner: Owner,
    finished: Finished,
) -> None:
    batch_id = await launch([person(n) for n in range(300)], workflow=workflow, budget=Decimal(budget))
    run = await paused(owner, batch_id)
    assert run["reason"].startswith("budget: ")
    assert run["reserved"] == 0
    assert run["spent"] == await charged(sandbox) <= budget
    biggest_call = 1 if workflow == "pdl-single" else 50
    assert run["spent"] > budget - biggest_call

    raised = await configured.post(f"/batches/{batch_id}/resume", json={"budget": "100000"})
    assert raised.status_code == 200
    counts = await finished(batch_id)
    assert sum(counts.values()) == 300
    run = await one(owner, "SELECT reserved, spent FROM batch_runs WHERE batch_id = $1", batch_id)
    cost = await owner.fetchval("SELECT sum(cost_amount) FROM enrichment_results WHERE batch_id = $1", batch_id)
    assert (run["reserved"], run["spent"]) == (0, cost)
    assert cost == await charged(sandbox)


async def test_a_batch_without_a_budget_can_be_given_one_and_what_it_spent_counts(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    (await sandbox.put("/faults", json=[{"kind": "delay", "ms": 100}])).raise_for_status()
    batch_id = await launch([person(n) for n in range(300)], workflow="pdl-single")

    async def some_spent() -> bool:
        return await charged(sandbox) > 0

    await eventually(some_spent)
    (await configured.post(f"/batches/{batch_id}/pause")).raise_for_status()
    await eventually_quiet(owner, batch_id)
    spent = await charged(sandbox)
    (await configured.post(f"/batches/{batch_id}/resume", json={"budget": str(spent + 10)})).raise_for_status()
    run = await paused(owner, batch_id)
    assert run["spent"] == await charged(sandbox) == spent + 10


async def eventually_quiet(owner: Owner, batch_id: UUID) -> None:
    async def quiet() -> bool:
        at_work = "SELECT true FROM batch_chunks WHERE batch_id = $1 AND state IN ('running', 'dispatched')"
        return not await owner.fetchval(at_work, batch_id)

    await eventually(quiet)


async def test_what_was_reserved_for_a_lost_answer_counts_as_spent(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, executor: FastAPI, launch: Launch, owner: Owner
) -> None:
    amend(executor, "pdl-enrich", limits={"concurrency": 1})
    rules = [{"kind": "close", "charged": True, "first": 2}]
    (await sandbox.put("/faults", json=rules)).raise_for_status()
    batch_id = await launch([person(n) for n in range(20)], workflow="pdl-single", budget=Decimal(5))
    run = await paused(owner, batch_id)
    assert run["spent"] == 5
    assert await charged(sandbox) <= 5
    lost = await owner.fetchval(
        "SELECT count(*) FROM enrichment_results WHERE batch_id = $1 AND outcome = 'unknown'", batch_id
    )
    assert lost == 2


@pytest.mark.parametrize(
    ("tolerated", "most"), [({"count": 3}, 3), ({"percent": 1}, 5), ({"percent": 50, "count": 2}, 2)]
)
async def test_more_failures_than_are_tolerated_end_the_batch(
    tolerated: dict[str, float],
    most: int,
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    executor: FastAPI,
    launch: Launch,
    owner: Owner,
) -> None:
    amend(executor, "pdl-enrich", limits={"failures_before_rest": 10_000}, retry={"after": {}})
    (await sandbox.put("/faults", json=[{"kind": "status", "status": 500}])).raise_for_status()
    batch_id = await launch([person(n) for n in range(500)], workflow="pdl-single", tolerated_failures=tolerated)

    async def sealed() -> bool:
        return bool(await owner.fetchval("SELECT seal IS NOT NULL FROM batch_runs WHERE batch_id = $1", batch_id))

    await eventually(sealed)
    run = await one(owner, "SELECT state, reason FROM batch_runs WHERE batch_id = $1", batch_id)
    assert run["state"] == "failed"
    assert f"items failed, {most} are tolerated" in run["reason"]
    counted = await one(
        owner, "SELECT sum(failed) AS failed, sum(skipped) AS skipped FROM batch_chunks WHERE batch_id = $1", batch_id
    )
    assert counted["failed"] + counted["skipped"] == 500
    assert counted["skipped"] > 0
    types = await owner.fetch("SELECT type FROM outbox WHERE batch_id = $1 ORDER BY event_id", batch_id)
    told = [row["type"] for row in types if row["type"] != "batch.progressed"]
    assert told == ["batch.failed", "batch.completed"]


async def test_failures_within_what_is_tolerated_complete_the_batch(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished
) -> None:
    (await sandbox.put("/faults", json=[{"kind": "status", "status": 400, "first": 3}])).raise_for_status()
    batch_id = await launch([person(n) for n in range(20)], workflow="pdl-single", tolerated_failures={"count": 3})
    assert (await finished(batch_id))["failed"] == 3
