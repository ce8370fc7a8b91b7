"""Chunks are given out fairly, a few ahead, once per epoch, and taken back from the silent."""

from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from services.executor.dispatch import dispatch, take_back
from services.executor.start_run import start_missing_runs, start_run
from services.executor.store.chunks import ChunkOrder, claim_chunk, dispatch_chunks, park_chunk, renew_lease
from services.executor.store.control import end_run
from shared.bus import MemoryBus
from shared.postgres import Postgres
from shared.settings import Settings
from tests.services.executor.conftest import Launch, Owner, person


@pytest.fixture
async def executors(settings: Settings) -> AsyncIterator[Postgres]:
    postgres = await Postgres.connect(settings, "executor")
    yield postgres
    await postgres.close()


async def given_out(postgres: Postgres, ahead: int) -> list[ChunkOrder]:
    async with postgres.duties() as connection:
        return [each.order for each in await dispatch_chunks(connection, ahead=ahead, patience_seconds=60)]


async def test_a_small_batch_beside_a_huge_one_gets_its_turn_at_once(
    executors: Postgres, launch: Launch, client_id: UUID
) -> None:
    huge, small = await launch([person(n) for n in range(200)]), await launch([person(n) for n in range(3)])
    for batch_id in (huge, small):
        await start_run(executors, client_id, batch_id, chunk_items=1)
    orders = await given_out(executors, 6)
    assert Counter(order.batch_id for order in orders) == {huge: 3, small: 3}


async def test_no_more_chunks_wait_than_asked_for(executors: Postgres, launch: Launch, client_id: UUID) -> None:
    batch_id = await launch([person(n) for n in range(20)])
    await start_run(executors, client_id, batch_id, chunk_items=1)
    assert len(await given_out(executors, 5)) == 5
    assert len(await given_out(executors, 5)) == 0
    assert len(await given_out(executors, 7)) == 2


async def test_clients_take_turns_before_batches_do(
    executors: Postgres, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batches = [await launch([person(n) for n in range(20)]) for _ in range(3)]
    other: UUID = await owner.fetchval("INSERT INTO clients (name) VALUES ('other') RETURNING client_id")
    alone = await launch([person(n) for n in range(20)], of=other)
    for batch_id in batches:
        await start_run(executors, client_id, batch_id, chunk_items=1)
    await start_run(executors, other, alone, chunk_items=1)
    orders = await given_out(executors, 12)
    assert Counter(order.batch_id for order in orders) == {**dict.fromkeys(batches, 2), alone: 6}


async def test_the_first_chunk_of_a_batch_goes_express_even_where_there_is_no_room(
    executors: Postgres, launch: Launch, client_id: UUID
) -> None:
    huge = await launch([person(n) for n in range(20)])
    await start_run(executors, client_id, huge, chunk_items=1)
    assert len(await given_out(executors, 5)) == 5
    small = await launch([person(n) for n in range(3)])
    await start_run(executors, client_id, small, chunk_items=1)
    async with executors.duties() as connection:
        (first,) = await dispatch_chunks(connection, ahead=5, patience_seconds=60)
    assert (first.order.batch_id, first.order.chunk_no, first.express) == (small, 1, True)


async def test_of_a_batch_whose_chunks_wait_before_a_gate_no_fresh_one_is_begun(
    executors: Postgres, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(30)])
    await start_run(executors, client_id, batch_id, chunk_items=1)
    await owner.execute(
        """
        UPDATE batch_chunks SET epoch = 1, waiting_for = 'pdl-bulk', run_at = now() + interval '1 hour'
        WHERE chunk_no BETWEEN 11 AND 18
        """
    )
    assert await given_out(executors, 5) == []
    await owner.execute("UPDATE batch_chunks SET run_at = now() WHERE chunk_no = 14")
    assert {order.chunk_no for order in await given_out(executors, 3)} == {14, 1, 2}


async def test_an_order_is_good_once(executors: Postgres, launch: Launch, client_id: UUID, owner: Owner) -> None:
    batch_id = await launch([person(1)])
    await start_run(executors, client_id, batch_id, chunk_items=1)
    (order,) = await given_out(executors, 1)
    async with executors.tenant(client_id) as connection:
        assert await claim_chunk(connection, order, lease_seconds=60) is not None
        assert await claim_chunk(connection, order, lease_seconds=60) is None
    await owner.execute("UPDATE batch_chunks SET state = 'queued'")
    (later,) = await given_out(executors, 1)
    assert later.epoch == order.epoch + 1
    async with executors.tenant(client_id) as connection:
        assert await claim_chunk(connection, order, lease_seconds=60) is None
        assert await renew_lease(connection, order, lease_seconds=60) is False


async def test_a_chunk_at_work_when_its_batch_ends_is_given_out_again_at_once_however_long_it_would_rest(
    executors: Postgres, launch: Launch, client_id: UUID
) -> None:
    batch_id = await launch([person(1)])
    await start_run(executors, client_id, batch_id, chunk_items=10)
    (order,) = await given_out(executors, 5)
    async with executors.tenant(client_id) as connection:
        assert await claim_chunk(connection, order, lease_seconds=60) is not None
    async with executors.tenant(client_id) as connection:
        await end_run(connection, client_id, batch_id, state="cancelled", reason="enough")
    async with executors.tenant(client_id) as connection:
        await park_chunk(connection, order, seconds=3600, reason="an answer comes later")
    (again,) = await given_out(executors, 5)
    assert (again.chunk_no, again.epoch) == (order.chunk_no, order.epoch + 1)


async def test_a_silent_executors_chunk_is_taken_back_and_a_living_ones_is_not(
    executors: Postgres, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(2)])
    await start_run(executors, client_id, batch_id, chunk_items=1)
    silent, living = await given_out(executors, 2)
    async with executors.tenant(client_id) as connection:
        for order in (silent, living):
            await claim_chunk(connection, order, lease_seconds=60)
    await owner.execute(
        "UPDATE batch_chunks SET lease_until = clock_timestamp() - interval '1 second' WHERE chunk_no = $1",
        silent.chunk_no,
    )
    assert await take_back(executors, lease_seconds=0) == 1
    states = await owner.fetch("SELECT chunk_no, state, reason FROM batch_chunks ORDER BY chunk_no")
    assert {row["chunk_no"]: row["state"] for row in states} == {silent.chunk_no: "queued", living.chunk_no: "running"}


async def test_after_a_restart_of_the_database_executors_have_time_to_speak_up(
    executors: Postgres, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batch_id = await launch([person(1)])
    await start_run(executors, client_id, batch_id, chunk_items=1)
    await given_out(executors, 1)
    await owner.execute("UPDATE batch_chunks SET lease_until = clock_timestamp() - interval '1 second'")
    assert await take_back(executors, lease_seconds=3600) == 0


async def test_a_chunk_that_could_not_be_sent_waits_for_its_patience_not_for_ever(
    executors: Postgres, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batch_id = await launch([person(1)])
    await start_run(executors, client_id, batch_id, chunk_items=1)
    bus = MemoryBus()
    assert await dispatch(executors, bus, ahead=1, lease_seconds=0.001) == 1
    assert await dispatch(executors, bus, ahead=1, lease_seconds=0.001) == 0
    await owner.execute("SELECT pg_sleep(0.02)")
    assert await take_back(executors, lease_seconds=0.001) == 1
    assert await dispatch(executors, bus, ahead=1, lease_seconds=0.001) == 1


async def test_a_launch_whose_event_never_came_is_found(executors: Postgres, launch: Launch, owner: Owner) -> None:
    await launch([person(n) for n in range(250)])
    assert await start_missing_runs(executors, chunk_items=100) == 1
    assert await start_missing_runs(executors, chunk_items=100) == 0
    chunks = await owner.fetch("SELECT first_item, last_item FROM batch_chunks ORDER BY chunk_no")
    assert [tuple(row) for row in chunks] == [(1, 100), (101, 200), (201, 250)]


async def test_a_launch_told_twice_starts_one_run(executors: Postgres, launch: Launch, client_id: UUID) -> None:
    batch_id = await launch([person(1)])
    assert await start_run(executors, client_id, batch_id, chunk_items=1) is True
    assert await start_run(executors, client_id, batch_id, chunk_items=1) is False
