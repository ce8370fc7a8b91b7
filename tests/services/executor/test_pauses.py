"""A provider that refuses the client is paused, not asked a thousand times more; the batch says whom to help."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from tests.eventually import eventually
from tests.services.executor.conftest import Finished, Launch, Owner, amend, one, person


async def break_it(sandbox: httpx.AsyncClient, *rules: dict[str, Any]) -> None:
    (await sandbox.put("/faults", json=list(rules))).raise_for_status()


async def paused(owner: Owner, batch_id: UUID) -> str:
    """Wait until the batch stands still; return the reason."""

    async def stands() -> bool:
        return bool(
            await owner.fetchval("SELECT true FROM batch_runs WHERE batch_id = $1 AND state = 'paused'", batch_id)
        )

    await eventually(stands)
    row = await one(owner, "SELECT reason, paused_for FROM batch_runs WHERE batch_id = $1", batch_id)
    assert row["paused_for"] == "pdl-enrich"
    reason: str = row["reason"]
    return reason


async def calls(sandbox: httpx.AsyncClient) -> int:
    made: int = (await sandbox.get("/ledger/summary")).json()["calls"]
    return made


PDL = "/providers/pdl-enrich"
REFUSED = f"it refuses the credentials (HTTP 401); give others with PUT {PDL}/configuration, or POST {PDL}/resume"
SPENT = f"its credits are used up (HTTP 402); top them up, then POST {PDL}/resume"


@pytest.mark.parametrize(
    ("kind", "reason"), [("auth_failed", f"pdl-enrich: {REFUSED}"), ("quota_exhausted", f"pdl-enrich: {SPENT}")]
)
async def test_a_provider_that_refuses_the_client_is_paused_and_every_item_waits(
    kind: str,
    reason: str,
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    executor: FastAPI,
    launch: Launch,
    owner: Owner,
    finished: Finished,
) -> None:
    amend(executor, "pdl-enrich", limits={"concurrency": 3})
    await break_it(sandbox, {"kind": kind})
    batch_id = await launch([person(n) for n in range(250)], workflow="pdl-single")
    assert await paused(owner, batch_id) == reason
    assert 0 < await calls(sandbox) <= 3
    told = await owner.fetch(
        "SELECT data->>'reason' FROM outbox WHERE batch_id = $1 AND type = 'batch.paused'", batch_id
    )
    assert [row[0] for row in told] == [reason]

    await sandbox.delete("/faults")
    resumed = await configured.post("/providers/pdl-enrich/resume")
    assert resumed.json() == {"provider": "pdl-enrich", "resumed": [str(batch_id)]}
    counts = await finished(batch_id)
    assert counts["succeeded"] + counts["no_match"] == 250
    assert (await configured.get(f"/batches/{batch_id}/verify")).json()["verified"] is True


async def test_other_credentials_let_it_go_on(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    sandbox_server: str,
    launch: Launch,
    owner: Owner,
    finished: Finished,
) -> None:
    given: dict[str, Any] = {"variables": {"base_url": f"{sandbox_server}/pdl"}, "secrets": {"api_key": "bad"}}
    (await configured.put("/providers/pdl-enrich/configuration", json=given)).raise_for_status()
    batch_id = await launch([person(1)], workflow="pdl-single")
    await paused(owner, batch_id)
    given["secrets"]["api_key"] = "good"
    (await configured.put("/providers/pdl-enrich/configuration", json=given)).raise_for_status()
    counts = await finished(batch_id)
    assert counts["succeeded"] + counts["no_match"] == 1
    types = await owner.fetch("SELECT type FROM outbox WHERE batch_id = $1 ORDER BY event_id", batch_id)
    assert [row["type"] for row in types if row["type"] != "batch.progressed"] == [
        "batch.paused",
        "batch.resumed",
        "batch.completed",
    ]


async def test_a_provider_still_refusing_after_the_pause_was_lifted_is_asked_once(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    await break_it(sandbox, {"kind": "auth_failed"})
    batch_id = await launch([person(n) for n in range(50)], workflow="pdl-single")
    await paused(owner, batch_id)
    before = await calls(sandbox)
    (await configured.post(f"/batches/{batch_id}/resume")).raise_for_status()
    await paused(owner, batch_id)
    assert await calls(sandbox) == before
    (await configured.post("/providers/pdl-enrich/resume")).raise_for_status()

    async def asked_once_more() -> bool:
        return await calls(sandbox) == before + 1

    await eventually(asked_once_more)
    await paused(owner, batch_id)
    assert await calls(sandbox) == before + 1


async def test_after_many_failures_in_a_row_nobody_asks_for_a_while_and_then_one_on_trial(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    executor: FastAPI,
    launch: Launch,
    owner: Owner,
    finished: Finished,
) -> None:
    amend(
        executor,
        "pdl-enrich",
        limits={"concurrency": 2, "failures_before_rest": 6, "rest_seconds": 600},
        retry={"after": {"provider_error": 20}, "first_wait_seconds": 0.01},
    )
    await break_it(sandbox, {"kind": "status", "status": 500})
    batch_id = await launch([person(n) for n in range(20)], workflow="pdl-single")

    async def rests() -> bool:
        return bool(await owner.fetchval("SELECT true FROM batch_chunks WHERE waiting_for = 'pdl-enrich'"))

    await eventually(rests)
    row = await one(owner, "SELECT reason FROM batch_chunks WHERE batch_id = $1", batch_id)
    assert "times in a row" in row["reason"]
    before = await calls(sandbox)
    assert 6 <= before <= 12

    # Its time being up, one call is a trial; it fails, and nobody asks again.
    await owner.execute("UPDATE provider_gates SET closed_until = now()")
    await owner.execute("UPDATE batch_chunks SET run_at = now(), waiting_for = NULL")
    await eventually(rests)
    assert await calls(sandbox) == before + 1

    await sandbox.delete("/faults")
    (await configured.post("/providers/pdl-enrich/resume")).raise_for_status()
    assert (await finished(batch_id))["failed"] == 0

    async def trusted() -> bool:
        row = await one(owner, "SELECT failures, rests, on_trial FROM provider_gates WHERE provider = 'pdl-enrich'")
        return tuple(row) == (0, 0, False)

    await eventually(trusted)


async def test_a_rest_that_the_provider_asks_for_is_kept_by_every_call_and_told_with_the_chunk(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    await break_it(sandbox, {"kind": "throttle_429", "retry_after": "seconds", "seconds": 300})
    batch_id = await launch([person(n) for n in range(250)], workflow="pdl-single")

    async def waits() -> bool:
        return bool(
            await owner.fetchval(
                """
                SELECT count(*) = 3 FROM batch_chunks
                WHERE batch_id = $1 AND state = 'queued' AND waiting_for = 'pdl-enrich' AND run_at > now() + '4 min'
                """,
                batch_id,
            )
        )

    await eventually(waits)
    assert await calls(sandbox) <= 30
    until = await owner.fetchval("SELECT closed_until - now() FROM provider_gates WHERE provider = 'pdl-enrich'")
    assert 290 < until.total_seconds() <= 300
    assert await owner.fetchval("SELECT state FROM batch_runs WHERE batch_id = $1", batch_id) == "running"


async def test_chunks_that_wait_for_a_company_of_another_chunk_stand_still_with_it(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner, finished: Finished
) -> None:
    await break_it(sandbox, {"kind": "auth_failed", "provider": "apollo"})
    colleagues = [person(n, company_domain="shared.example") for n in range(250)]
    workflow = {
        "name": "companies",
        "version": 1,
        "title": "one call for all",
        "sources": ["apollo"],
        "steps": [{"name": "company", "per": "company", "provider": "apollo-organization-enrich"}],
    }
    batch_id = await launch(colleagues, workflow=workflow)

    async def stands() -> bool:
        return bool(
            await owner.fetchval("SELECT true FROM batch_runs WHERE batch_id = $1 AND state = 'paused'", batch_id)
        )

    await eventually(stands)
    assert await calls(sandbox) == 1
    await sandbox.delete("/faults")
    (await configured.post("/providers/apollo-organization-enrich/resume")).raise_for_status()
    assert sum((await finished(batch_id)).values()) == 250
    assert await calls(sandbox) == 2
