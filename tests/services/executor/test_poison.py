"""Poison: what makes a chunk fail over and over is found by halving and put aside, and the rest finishes."""

from typing import Any
from uuid import UUID

import httpx

from services.executor.start_run import start_run
from services.executor.store.chunks import ChunkOrder, claim_chunk, dispatch_chunks, take_back_chunks
from shared.postgres import Postgres
from shared.settings import Settings
from tests.services.executor.conftest import Finished, Launch, Owner, person


def unbearable(number: int) -> dict[str, Any]:
    """Return a person whose name is nested deeper than the mapping of a question can go."""
    name: list[Any] = []
    for _ in range(700):
        name = [name]
    return person(number, first_name=name)


async def test_one_item_that_breaks_the_executor_is_put_aside_and_the_rest_is_asked(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    people = [unbearable(n) if n == 5 else person(n) for n in range(8)]
    batch_id = await launch(people, workflow="pdl-single")
    counts = await finished(batch_id)
    assert (counts["failed"], sum(counts.values())) == (1, 8)
    aside = await owner.fetch(
        """
        SELECT item_no, attempt, detail FROM enrichment_results JOIN batch_items USING (client_id, batch_item_id)
        WHERE outcome = 'provider_error'
        """
    )
    assert [(row["item_no"], row["attempt"]) for row in aside] == [(6, 0)]
    assert "quarantined: 3 runs in a row" in aside[0]["detail"]
    chunks = await owner.fetch("SELECT first_item, last_item FROM batch_chunks ORDER BY first_item")
    assert [tuple(row) for row in chunks] == [(1, 4), (5, 5), (6, 6), (7, 8)]
    assert await owner.fetchval("SELECT count(*) FROM attempts") == 7
    assert (await sandbox.get("/ledger/summary")).json()["charged_more_than_once"] == []
    assert (await configured.get(f"/batches/{batch_id}/verify")).json()["verified"] is True


async def test_a_lost_executor_counts_against_its_chunk_and_a_lost_message_does_not(
    settings: Settings, launch: Launch, owner: Owner, client_id: UUID
) -> None:
    postgres = await Postgres.connect(settings, "executor")
    batch_id = await launch([person(1)], workflow="pdl-single")
    await start_run(postgres, client_id, batch_id, chunk_items=10)
    for falls, is_taken_up in ((0, False), (1, True), (2, True)):
        async with postgres.duties() as connection:
            (sent,) = await dispatch_chunks(connection, ahead=1, patience_seconds=60)
        if is_taken_up:
            assert await taken_up(postgres, sent.order)
        await owner.execute("UPDATE batch_chunks SET lease_until = now() - interval '1 second'")
        async with postgres.duties() as connection:
            assert await take_back_chunks(connection, lease_seconds=0.001) == 1
        assert await owner.fetchval("SELECT falls FROM batch_chunks") == falls
        await owner.execute("UPDATE batch_chunks SET run_at = now()")
    await postgres.close()


async def taken_up(postgres: Postgres, order: ChunkOrder) -> bool:
    async with postgres.tenant(order.client_id) as connection:
        return await claim_chunk(connection, order, lease_seconds=60) is not None
