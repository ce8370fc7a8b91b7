"""Gates of several executors before one provider: what one process does, the others know."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.executor.calls.reply import Reply
from services.executor.document import Limits, ProviderDocument, Window
from services.executor.gate import Gate, Gates
from services.executor.outcome import Outcome
from services.executor.parked import Parked
from services.executor.queue_before import Queue
from services.executor.registry import load_registry
from shared.postgres import Postgres
from shared.settings import Settings
from shared.wire import Exchange
from tests.eventually import eventually
from tests.services.executor.conftest import Owner

BATCH = uuid4()
PDL: ProviderDocument = load_registry().providers["pdl-enrich"]


@pytest.fixture
async def executors(settings: Settings) -> AsyncIterator[Postgres]:
    postgres = await Postgres.connect(settings, "executor")
    yield postgres
    await postgres.close()


@pytest.fixture
async def gates(executors: Postgres) -> AsyncIterator[list[Gates]]:
    """The gates of three executors."""
    made = [Gates(executors) for _ in range(3)]
    yield made
    for each in made:
        await each.close()


def before_pdl(gates: list[Gates], client_id: UUID, limits: Limits) -> list[Gate]:
    return [each.of(client_id, PDL, limits) for each in gates]


def reply(outcome: Outcome, **headers: str) -> Reply:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    exchange = Exchange(called_at=datetime.now(UTC), milliseconds=1, status=429, headers=names)
    return Reply(exchange=exchange, outcome=outcome, detail=None, document={})


class Provider:
    """Calls that take their time, and how many of them were ever at work at once."""

    def __init__(self) -> None:
        self.at_work = self.most = self.made = 0
        self.go_on = asyncio.Event()

    async def call(self, gate: Gate) -> None:
        async with gate.passage(BATCH):
            self.at_work += 1
            self.most = max(self.most, self.at_work)
            await self.go_on.wait()
            self.made += 1
            self.at_work -= 1


async def test_executors_share_the_places_and_leave_none_unused(gates: list[Gates], client_id: UUID) -> None:
    provider = Provider()
    first, *others = before_pdl(gates, client_id, Limits(concurrency=6))
    calls = [asyncio.create_task(provider.call(first)) for _ in range(20)]
    await eventually(lambda: provider.at_work == 6)
    calls += [asyncio.create_task(provider.call(gate)) for gate in others for _ in range(20)]
    provider.go_on.set()
    await asyncio.gather(*calls)
    assert (provider.most, provider.made) == (6, 60)


async def test_places_of_an_executor_that_needs_none_are_given_to_the_others(
    gates: list[Gates], client_id: UUID, owner: Owner
) -> None:
    provider = Provider()
    first, second, _ = before_pdl(gates, client_id, Limits(concurrency=4))
    provider.go_on.set()
    await asyncio.gather(*(provider.call(first) for _ in range(10)))
    provider.go_on.clear()
    calls = [asyncio.create_task(provider.call(second)) for _ in range(4)]
    await eventually(lambda: provider.at_work == 4)
    provider.go_on.set()
    await asyncio.gather(*calls)
    for each in gates:
        await each.close()
    assert await owner.fetchval("SELECT count(*) FROM provider_places") == 0


async def test_a_window_holds_for_all_executors_together(gates: list[Gates], client_id: UUID) -> None:
    provider = Provider()
    provider.go_on.set()
    three = before_pdl(gates, client_id, Limits(concurrency=50, windows=(Window(calls=10, seconds=600),)))
    calls = await asyncio.gather(*(provider.call(gate) for gate in three for _ in range(8)), return_exceptions=True)
    parked = [each for each in calls if isinstance(each, Parked)]
    assert (provider.made, len(parked)) == (10, 14)
    assert {str(each) for each in parked} == {"pdl-enrich: its limit is used up"}
    assert all(600 < each.seconds < 610 and each.waiting_for == "pdl-enrich" for each in parked)


async def test_a_rest_that_one_executor_was_asked_for_is_kept_by_all(gates: list[Gates], client_id: UUID) -> None:
    first, second, _ = before_pdl(gates, client_id, Limits())
    rest = first.notice(reply(Outcome.THROTTLED, retry_after="60"), {Outcome.THROTTLED})
    assert rest is not None
    await first.tell(rest)
    for gate in (first, second):
        with pytest.raises(Parked, match="pdl-enrich: it asked for a rest") as parked:
            await Provider().call(gate)
        assert 55 < parked.value.seconds <= 60


async def test_calls_in_flight_that_are_refused_together_make_one_rest(gates: list[Gates], client_id: UUID) -> None:
    gate, *_ = before_pdl(gates, client_id, Limits())
    for _ in range(6):
        rest = gate.notice(reply(Outcome.THROTTLED), {Outcome.THROTTLED})
        assert rest is not None
        assert rest.seconds == 1.0
        await gate.tell(rest)


@pytest.mark.parametrize("absurd", ["86400000", "1e300", "inf", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_an_absurd_rest_is_kept_for_as_long_as_the_document_says(
    absurd: str, gates: list[Gates], client_id: UUID
) -> None:
    gate, *_ = before_pdl(gates, client_id, Limits())
    rest = gate.notice(reply(Outcome.THROTTLED, retry_after=absurd), {Outcome.THROTTLED})
    assert rest is not None
    assert rest.seconds == PDL.retry.longest_wait_seconds
    await gate.tell(rest)


@pytest.mark.parametrize("nothing", ["0", "-30", "nan", "Fri, 31 Dec 1999 23:59:59 GMT"])
async def test_a_rest_of_no_time_keeps_nobody(nothing: str, gates: list[Gates], client_id: UUID) -> None:
    gate, *_ = before_pdl(gates, client_id, Limits())
    rest = gate.notice(reply(Outcome.THROTTLED, retry_after=nothing), {Outcome.THROTTLED})
    assert rest is not None
    assert rest.seconds == 0
    await gate.tell(rest)
    provider = Provider()
    provider.go_on.set()
    await provider.call(gate)


async def test_what_is_small_goes_before_what_is_large() -> None:
    queue, large, small = Queue(), uuid4(), uuid4()
    waiting = [queue.join(large) for _ in range(300)]
    for _ in range(250):
        queue.serve()
    late = [queue.join(small) for _ in range(50)]
    for _ in range(50):
        queue.serve()
    assert all(each.done() for each in late)
    assert [each.done() for each in waiting] == [True] * 250 + [False] * 50


async def test_two_large_ones_take_turns() -> None:
    queue, first, second = Queue(), uuid4(), uuid4()
    ones, others = [queue.join(first) for _ in range(500)], [queue.join(second) for _ in range(500)]
    for _ in range(600):
        queue.serve()
    served = [sum(each.done() for each in group) for group in (ones, others)]
    assert sum(served) == 600
    assert abs(served[0] - served[1]) <= 200
