"""Reuse: the same question to the same provider, answered not long ago, is neither asked nor paid again."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.executor.calls.digest import question_digest
from services.executor.calls.question import Seen
from services.executor.compiled import compile_provider
from services.executor.expression import without_nulls
from services.executor.registry import load_registry
from tests.services.executor.conftest import Finished, Launch, Owner, person


def workflow(provider: str, days: int | None = 30, **step: Any) -> dict[str, Any]:
    steps = [{"name": "history", "provider": provider, "reuse_days": days, **step}]
    return {"name": "again", "version": 1, "title": "Again", "sources": ["apollo"], "steps": steps}


async def calls(sandbox: httpx.AsyncClient) -> int:
    total: int = (await sandbox.get("/ledger/summary")).json()["calls"]
    return total


async def grow_old(owner: Owner, *, days: int) -> None:
    """Date every answer back, which only the owner of the database can, and only with the guards off."""
    async with owner.transaction():
        guards = await owner.fetch(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'enrichment_results'::regclass AND NOT tgisinternal"
        )
        await owner.execute("ALTER TABLE enrichment_results DISABLE TRIGGER USER")
        await owner.execute(f"UPDATE enrichment_results SET created_at = now() - interval '{days} days'")
        for guard in guards:
            await owner.execute(f"ALTER TABLE enrichment_results ENABLE ALWAYS TRIGGER {guard['tgname']}")


@pytest.mark.parametrize("provider", ["pdl-bulk", "pdl-enrich", "apollo-bulk-match"])
async def test_a_second_batch_takes_the_answers_of_the_first_for_nothing(
    provider: str,
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
) -> None:
    people = [person(n) for n in range(20)]
    first = await launch(people, workflow=workflow(provider, None))
    counts, made = await finished(first), await calls(sandbox)
    second = await launch(people, workflow=workflow(provider))
    assert await finished(second) == counts
    assert await calls(sandbox) == made
    rows = await owner.fetch(
        """
        SELECT again.attempt, again.cost_amount, again.cost_source, again.outcome = origin.outcome
               AND again.payload_sha256 IS NOT DISTINCT FROM origin.payload_sha256
               AND again.json_payload::text IS NOT DISTINCT FROM origin.json_payload::text AS is_same
        FROM enrichment_results AS again
        JOIN enrichment_results AS origin ON origin.result_id = again.origin_id AND origin.batch_id = $1
        WHERE again.batch_id = $2
        """,
        first,
        second,
    )
    assert [tuple(row) for row in rows] == [(0, Decimal(0), "reused", True)] * 20
    assert (await configured.get(f"/batches/{second}/verify")).json()["verified"] is True


async def test_what_is_too_old_or_failed_or_another_question_is_asked(
    configured: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await finished(await launch([person(1), person(2)], workflow=workflow("pdl-enrich", None)))
    await grow_old(owner, days=31)
    made = await calls(sandbox)
    await finished(await launch([person(1), person(3)], workflow=workflow("pdl-enrich")))
    assert await calls(sandbox) == made + 2
    await finished(await launch([person(1), person(2)], workflow=workflow("pdl-enrich")))
    assert await calls(sandbox) == made + 3
    assert await owner.fetchval("SELECT count(*) FROM enrichment_results WHERE cost_source = 'reused'") == 1


async def test_an_answer_that_was_used_again_does_not_grow_younger(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    for days in (None, 30, 30):
        await finished(await launch([person(1)], workflow=workflow("pdl-enrich", days)))
    origins = await owner.fetch("SELECT DISTINCT origin_id FROM enrichment_results WHERE cost_source = 'reused'")
    first = await owner.fetchval("SELECT result_id FROM enrichment_results WHERE attempt = 1")
    assert [row["origin_id"] for row in origins] == [first]


def test_a_question_is_told_apart_by_whom_it_asks_and_what_not_by_the_reference_sent_along() -> None:
    provider = compile_provider(load_registry().providers["pdl-bulk"])

    def digest(base_url: str, number: int) -> UUID:
        seen = Seen(subject_id=uuid4(), number=1, input=person(number), results={})
        item = without_nulls(provider.item.of(seen.document()))
        assert str(seen.subject_id) in str(item)
        return question_digest(provider, {"base_url": base_url}, seen, item)

    assert digest("https://pdl.example", 1) == digest("https://pdl.example", 1)
    assert digest("https://pdl.example", 1) != digest("https://pdl.example", 2)
    assert digest("https://pdl.example", 1) != digest("http://127.0.0.1/pdl", 1)


async def test_an_answer_that_is_reused_settles_the_step_like_any_other(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await finished(await launch([person(n) for n in range(10)], workflow=workflow("pdl-enrich", None)))
    turns = workflow("pdl-enrich")
    turns["steps"] = [{"name": "who", "waterfall": ["pdl-enrich", "apollo-bulk-match"], "reuse_days": 30}]
    counts = await finished(await launch([person(n) for n in range(10)], workflow=turns))
    reused = await owner.fetch(
        "SELECT outcome, count(*) FROM enrichment_results WHERE cost_source = 'reused' GROUP BY outcome"
    )
    said = {row["outcome"]: row["count"] for row in reused}
    asked_next = await owner.fetchval("SELECT count(*) FROM attempts WHERE provider = 'apollo-bulk-match'")
    assert (sum(said.values()), asked_next) == (10, said.get("no_match", 0))
    assert sum(counts.values()) == 10
