"""A batch that waits says for whom."""

from uuid import UUID

import httpx

from tests.services.ingest.conftest import Owner
from tests.services.ingest.routes.test_batches import chunk, launched, run


async def test_a_batch_that_waits_names_the_providers_and_until_when(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    batch_id = (await launched(client, upload_id)).json()["batch_id"]
    await run(owner, batch_id, "running")
    for number in (1, 2, 3):
        await chunk(owner, batch_id, number, number, "queued")
    await owner.execute(
        """
        INSERT INTO execution.provider_gates (client_id, provider, closed_until, closed_reason, paused_until,
                                              paused_reason)
        SELECT client_id, provider, closed, 'it asked for a rest', paused, 'it refuses the credentials'
        FROM batches, (VALUES ('resting', timestamptz '2100-01-01', timestamptz '-infinity'),
                              ('refusing', '-infinity', 'infinity')) AS gate (provider, closed, paused)
        WHERE batch_id = $1
        """,
        UUID(batch_id),
    )
    await owner.execute(
        """
        UPDATE execution.batch_chunks
        SET waiting_for = CASE chunk_no WHEN 1 THEN 'resting' WHEN 2 THEN 'refusing' END,
            run_at = CASE chunk_no WHEN 1 THEN timestamptz '2100-01-01' WHEN 2 THEN 'infinity' ELSE run_at END
        """
    )
    batch = (await client.get(f"/batches/{batch_id}")).json()
    assert batch["waiting"] == [
        {"provider": "refusing", "reason": "it refuses the credentials", "until": None},
        {"provider": "resting", "reason": "it asked for a rest", "until": "2100-01-01T00:00:00Z"},
    ]
