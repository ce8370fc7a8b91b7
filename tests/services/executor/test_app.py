"""A batch runs from launch to seal."""

import httpx

from tests.services.executor.conftest import Finished, Launch, Owner, person


async def test_a_batch_is_asked_about_and_sealed(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(250)])
    counts = await finished(batch_id)
    assert sum(counts.values()) == 250
    assert counts["succeeded"] > 200
    assert counts["pending"] == counts["running"] == counts["failed"] == counts["unknown"] == 0

    summary = (await sandbox.get("/ledger/summary")).json()
    assert (summary["calls"], summary["items"], summary["charged_more_than_once"]) == (30, 500, [])
    attempts = await owner.fetch(
        "SELECT provider, count(*) FROM attempts WHERE batch_id = $1 GROUP BY 1 ORDER BY 1", batch_id
    )
    assert [tuple(row) for row in attempts] == [("apollo-bulk-match", 250), ("pdl-bulk", 250)]
    verified = (await configured.get(f"/batches/{batch_id}/verify")).json()
    assert verified["verified"] is True
    assert verified["results"] == 500
