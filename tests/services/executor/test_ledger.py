"""Intents before calls, answers after them; a chunk that changed hands lets nobody call and loses no answer."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from services.executor.ledger import Fenced, Ledger
from services.executor.outcome import Outcome
from services.executor.start_run import start_run
from services.executor.store.calls import Call
from services.executor.store.chunks import ChunkOrder, claim_chunk, dispatch_chunks
from services.executor.store.results import Attempt, Result
from shared.events import utc_now
from shared.postgres import Postgres
from shared.settings import Settings
from tests.services.executor.conftest import Launch, Owner, one, person


@pytest.fixture
async def executors(settings: Settings) -> AsyncIterator[Postgres]:
    postgres = await Postgres.connect(settings, "executor")
    yield postgres
    await postgres.close()


async def taken_up(postgres: Postgres, client_id: UUID) -> ChunkOrder:
    """Dispatch the one chunk there is and take it up."""
    async with postgres.duties() as connection:
        (given,) = await dispatch_chunks(connection, ahead=1, patience_seconds=60)
    async with postgres.tenant(client_id) as connection:
        assert await claim_chunk(connection, given.order, lease_seconds=60) is not None
    return given.order


async def taken_away(owner: Owner) -> None:
    await owner.execute("UPDATE batch_chunks SET state = 'queued'")


@pytest.fixture
async def order(executors: Postgres, launch: Launch, client_id: UUID) -> ChunkOrder:
    batch_id = await launch([person(1)], workflow="pdl-single")
    assert await start_run(executors, client_id, batch_id, chunk_items=10)
    return await taken_up(executors, client_id)


@pytest.fixture
async def item_id(owner: Owner, order: ChunkOrder) -> UUID:
    found: UUID = await owner.fetchval("SELECT batch_item_id FROM batch_items")
    return found


def attempt(order: ChunkOrder, item_id: UUID, number: int = 1) -> Attempt:
    return Attempt(order=order, subject_id=item_id, per="item", step="history", provider="pdl-enrich", attempt=number)


def answer(order: ChunkOrder, item_id: UUID, number: int = 1, payload: bytes = b'{"said": 1}') -> tuple[Call, Result]:
    call = Call(
        batch_id=order.batch_id,
        call_id=uuid7(), step="history", provider="pdl-enrich", provider_version=1, method="POST",
        url="https://pdl.example/", request_sha256=b"\0" * 32, request_body=b"{}", status=200, headers=b"{}",
        answer_bytes=11, answer_zstd=b"z", error=None, called_at=utc_now(), milliseconds=1,
    )  # fmt: skip
    result = Result(
        attempt=attempt(order, item_id, number), provider_version=1, outcome=Outcome.OK, detail=None, payload=payload,
        call_id=call.call_id, cost=Decimal(1), cost_unit="credit", cost_source="estimated",
    )  # fmt: skip
    return call, result


async def stored(owner: Owner) -> list[tuple[int, str, str | None]]:
    rows = await owner.fetch("SELECT attempt, outcome, detail FROM enrichment_results ORDER BY attempt")
    return [tuple(row) for row in rows]


async def test_many_answers_at_once_share_few_transactions(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    ledger = Ledger(executors, client_id)
    before = await owner.fetchval("SELECT pg_current_xact_id()::text::bigint")

    async def one(number: int) -> None:
        await ledger.intend([attempt(order, item_id, number)])
        call, result = answer(order, item_id, number)
        await ledger.append(call, [result])

    await asyncio.gather(*(one(number) for number in range(1, 101)))
    transactions = await owner.fetchval("SELECT pg_current_xact_id()::text::bigint") - before
    assert len(await stored(owner)) == 100
    assert transactions < 50


async def test_a_chunk_taken_back_lets_its_former_executor_call_no_more(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    await taken_away(owner)
    with pytest.raises(Fenced, match="the chunk was taken back"):
        await Ledger(executors, client_id).intend([attempt(order, item_id)])
    assert await owner.fetchval("SELECT count(*) FROM attempts") == 0


async def test_an_attempt_is_made_by_one_run_only(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    await Ledger(executors, client_id).intend([attempt(order, item_id)])
    await taken_away(owner)
    second = await taken_up(executors, client_id)
    with pytest.raises(Fenced, match="another run made one of these attempts"):
        await Ledger(executors, client_id).intend([attempt(second, item_id)])


async def test_the_same_intent_committed_twice_by_the_same_run_stays_its_own(
    executors: Postgres, order: ChunkOrder, item_id: UUID, client_id: UUID
) -> None:
    await Ledger(executors, client_id).intend([attempt(order, item_id)])
    await Ledger(executors, client_id).intend([attempt(order, item_id)])


async def test_an_answer_that_comes_after_the_chunk_changed_hands_is_kept_in_its_place(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    ledger = Ledger(executors, client_id)
    await ledger.intend([attempt(order, item_id)])
    await taken_away(owner)
    await taken_up(executors, client_id)
    call, result = answer(order, item_id)
    await ledger.append(call, [result])
    assert await stored(owner) == [(1, "ok", None)]


async def test_an_answer_that_comes_after_its_attempt_was_given_up_becomes_the_next_attempt(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    zombie = Ledger(executors, client_id)
    await zombie.intend([attempt(order, item_id)])
    await taken_away(owner)
    second = await taken_up(executors, client_id)
    call, result = answer(order, item_id)
    lost = Result(
        attempt=attempt(second, item_id), provider_version=1, outcome=Outcome.UNKNOWN, detail="lost", payload=None,
        call_id=None, cost=Decimal(0), cost_unit="credit", cost_source="unknown",
    )  # fmt: skip
    await Ledger(executors, client_id).append(None, [lost])
    await zombie.append(call, [result])
    await zombie.append(call, [result])
    assert await stored(owner) == [(1, "unknown", "lost"), (2, "ok", "late answer to attempt 1")]
    assert await owner.fetchval("SELECT count(*) FROM attempts") == 2


async def test_an_answer_that_comes_after_the_seal_is_kept_as_a_call(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    ledger = Ledger(executors, client_id)
    await ledger.intend([attempt(order, item_id)])
    await owner.execute("UPDATE batch_chunks SET state = 'done', unknown = 1")
    call, result = answer(order, item_id)
    await ledger.append(call, [result])
    assert await stored(owner) == []
    assert await owner.fetchval("SELECT call_id FROM provider_calls") == call.call_id


async def test_what_was_answered_is_written_once_the_database_is_back(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    ledger = Ledger(executors, client_id)
    await ledger.intend([attempt(order, item_id)])
    cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'leadledger_executor'"
    assert await owner.fetchval(cut) > 0
    call, result = answer(order, item_id)
    await ledger.append(call, [result])
    assert await stored(owner) == [(1, "ok", None)]


async def test_a_payload_keeps_the_digest_of_what_is_stored(
    executors: Postgres, order: ChunkOrder, item_id: UUID, owner: Owner, client_id: UUID
) -> None:
    ledger = Ledger(executors, client_id)
    await ledger.intend([attempt(order, item_id)])
    call, result = answer(order, item_id, payload=b'{"b": 1, "a": 1039995589705121900}')
    await ledger.append(call, [result])
    row = await one(
        owner,
        """
        SELECT json_payload->>'a', payload_sha256 = sha256(convert_to(json_payload::text, 'UTF8'))
        FROM enrichment_results
        """,
    )
    assert tuple(row) == ("1039995589705121900", True)


def test_ids_of_calls_rise_with_time() -> None:
    assert uuid.UUID(str(uuid7())) < uuid.UUID(str(uuid7()))
