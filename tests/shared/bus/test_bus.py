"""What both buses promise: one suite, run on each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import aio_pika
import pytest

from shared.bus import Bus, MemoryBus, Poison, RabbitBus, Unroutable
from shared.bus.topology import CHUNKS, COMPLETIONS, DEAD_QUEUE, EVENTS, LAUNCHES
from shared.events import Event, utc_now
from tests.eventually import eventually

LIMIT = 2
CLIENT = UUID("01900000-0000-7000-8000-000000000001")


@dataclass(kw_only=True)
class Subject:
    """A bus under test and what its dead letters say."""

    bus: Bus
    dead_letters: Callable[[], Awaitable[list[tuple[bytes, str]]]]


@pytest.fixture(params=["memory", "rabbitmq"])
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    if request.param == "memory":
        memory = MemoryBus(delivery_limit=LIMIT)

        async def kept() -> list[tuple[bytes, str]]:
            return memory.dead_letters

        yield Subject(bus=memory, dead_letters=kept)
        await memory.close()
        return
    url, prefix = request.getfixturevalue("rabbit"), request.getfixturevalue("bus_prefix")
    broker = await RabbitBus.connect(url, prefix=prefix, delivery_limit=LIMIT)
    letters: list[tuple[bytes, str]] = []

    async def buried() -> list[tuple[bytes, str]]:
        letters.extend(await _take_dead_letters(url, prefix))
        return letters

    yield Subject(bus=broker, dead_letters=buried)
    await broker.close()


async def _take_dead_letters(url: str, prefix: str) -> list[tuple[bytes, str]]:
    found = []
    async with await aio_pika.connect(url) as connection:
        queue = await (await connection.channel()).get_queue(prefix + DEAD_QUEUE)
        while (message := await queue.get(fail=False)) is not None:
            found.append((message.body, str(message.headers.get("x-reason"))))
            await message.ack()
    return found


@dataclass
class Recorder:
    """A handler that keeps what it was given."""

    got: list[bytes] = field(default_factory=list)

    async def __call__(self, body: bytes) -> None:
        self.got.append(body)


@dataclass
class Gate:
    """A handler that starts and waits to be let through."""

    started: list[bytes] = field(default_factory=list)
    finished: list[bytes] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, body: bytes) -> None:
        self.started.append(body)
        await self.opened.wait()
        self.finished.append(body)


def event(event_type: str) -> Event:
    return Event(
        id=UUID("01900000-0000-7000-8000-00000000000e"),
        source="/leadledger/test",
        type=event_type,
        time=utc_now(),
        clientid=CLIENT,
        data={"client_id": str(CLIENT)},
    )


async def test_an_event_reaches_every_queue_that_listens_to_it_and_no_other(subject: Subject) -> None:
    heard = {name: Recorder() for name in (CHUNKS, LAUNCHES, COMPLETIONS, EVENTS)}
    completed = event("batch.completed")
    await subject.bus.publish(completed)
    for name, recorder in heard.items():
        await subject.bus.send(name, b"last")
        await subject.bus.consume(name, recorder, prefetch=1)
    await eventually(lambda: all(b"last" in recorder.got for recorder in heard.values()))
    assert {name: recorder.got for name, recorder in heard.items()} == {
        CHUNKS: [b"last"],
        LAUNCHES: [b"last"],
        COMPLETIONS: [completed.to_json(), b"last"],
        EVENTS: [completed.to_json(), b"last"],
    }


async def test_a_message_is_the_very_bytes_sent(subject: Subject) -> None:
    recorder = Recorder()
    await subject.bus.consume(CHUNKS, recorder, prefetch=1)
    await subject.bus.send(CHUNKS, bytes(range(256)))
    await eventually(lambda: recorder.got)
    assert recorder.got == [bytes(range(256))]


async def test_each_message_of_a_queue_goes_to_one_consumer(subject: Subject) -> None:
    first, second = Recorder(), Recorder()
    await subject.bus.consume(CHUNKS, first, prefetch=1)
    await subject.bus.consume(CHUNKS, second, prefetch=1)
    sent = sorted(f"{number:02}".encode() for number in range(40))
    for body in sent:
        await subject.bus.send(CHUNKS, body)
    await eventually(lambda: len(first.got) + len(second.got) >= 40)
    assert sorted(first.got + second.got) == sent
    assert first.got
    assert second.got


async def test_prefetch_bounds_how_many_are_handled_at_once(subject: Subject) -> None:
    gate, sentinel = Gate(), Recorder()
    await subject.bus.consume(CHUNKS, gate, prefetch=3)
    for number in range(8):
        await subject.bus.send(CHUNKS, str(number).encode())
    await eventually(lambda: len(gate.started) == 3)
    await subject.bus.consume(EVENTS, sentinel, prefetch=1)
    await subject.bus.send(EVENTS, b"the bus had time to hand out more")
    await eventually(lambda: sentinel.got)
    assert len(gate.started) == 3
    gate.opened.set()
    await eventually(lambda: len(gate.finished) == 8)


async def test_a_handled_message_does_not_come_again(subject: Subject) -> None:
    recorder = Recorder()
    await subject.bus.consume(CHUNKS, recorder, prefetch=1)
    await subject.bus.send(CHUNKS, b"once")
    await subject.bus.send(CHUNKS, b"last")
    await eventually(lambda: b"last" in recorder.got)
    assert recorder.got == [b"once", b"last"]
    assert await subject.dead_letters() == []


async def test_a_failed_message_comes_again_and_may_succeed(subject: Subject) -> None:
    deliveries: list[bytes] = []

    async def fail_twice(body: bytes) -> None:
        deliveries.append(body)
        if len(deliveries) <= 2:
            raise RuntimeError("not yet")

    await subject.bus.consume(CHUNKS, fail_twice, prefetch=1)
    await subject.bus.send(CHUNKS, b"stubborn")
    await eventually(lambda: len(deliveries) == 3)
    await subject.bus.send(CHUNKS, b"last")
    await eventually(lambda: deliveries[-1] == b"last")
    assert deliveries == [b"stubborn"] * 3 + [b"last"]
    assert await subject.dead_letters() == []


async def test_a_message_that_fails_beyond_the_limit_is_dead_with_the_reason(subject: Subject) -> None:
    deliveries: list[bytes] = []

    async def fail(body: bytes) -> None:
        deliveries.append(body)
        raise RuntimeError("never works")

    await subject.bus.consume(CHUNKS, fail, prefetch=1)
    await subject.bus.send(CHUNKS, b"hopeless")
    await eventually(subject.dead_letters)
    assert deliveries == [b"hopeless"] * (LIMIT + 1)
    assert await subject.dead_letters() == [(b"hopeless", "delivered 3 times, last: RuntimeError('never works')")]


async def test_poison_is_dead_at_once_and_harms_no_neighbour(subject: Subject) -> None:
    handled: list[bytes] = []

    async def handle(body: bytes) -> None:
        handled.append(body)
        if body == b"poison":
            raise Poison("This is not JSON.")

    for body in (b"before", b"poison", b"after"):
        await subject.bus.send(CHUNKS, body)
    await subject.bus.consume(CHUNKS, handle, prefetch=3)
    await eventually(subject.dead_letters)
    await eventually(lambda: len(handled) == 3)
    assert sorted(handled) == [b"after", b"before", b"poison"]
    assert await subject.dead_letters() == [(b"poison", "This is not JSON.")]


async def test_a_message_for_a_queue_that_does_not_exist_is_refused(subject: Subject) -> None:
    with pytest.raises(Unroutable, match="nowhere"):
        await subject.bus.send("nowhere", b"lost?")


async def test_a_queue_that_the_topology_does_not_name_cannot_be_consumed(subject: Subject) -> None:
    with pytest.raises(ValueError, match="nowhere"):
        await subject.bus.consume("nowhere", Recorder(), prefetch=1)


async def test_stop_waits_for_the_handlers_at_work_and_takes_nothing_new(subject: Subject) -> None:
    gate = Gate()
    await subject.bus.consume(CHUNKS, gate, prefetch=2)
    for body in (b"1", b"2", b"3", b"4"):
        await subject.bus.send(CHUNKS, body)
    await eventually(lambda: len(gate.started) == 2)
    stopping = asyncio.create_task(subject.bus.stop())
    await subject.bus.send(CHUNKS, b"5")
    assert not stopping.done()
    gate.opened.set()
    await stopping
    assert gate.started == [b"1", b"2"]
    assert gate.finished == [b"1", b"2"]


async def test_publishing_still_works_after_stop(subject: Subject) -> None:
    await subject.bus.consume(CHUNKS, Recorder(), prefetch=1)
    await subject.bus.stop()
    await subject.bus.send(CHUNKS, b"for another process")
    await subject.bus.publish(event("batch.launched"))


async def test_stop_does_not_wait_out_the_pause_before_a_redelivery(subject: Subject) -> None:
    failed = asyncio.Event()

    async def fail(_body: bytes) -> None:
        failed.set()
        raise ConnectionError("away")

    await subject.bus.consume(CHUNKS, fail, prefetch=1)
    await subject.bus.send(CHUNKS, b"waits")
    await failed.wait()
    async with asyncio.timeout(5):
        await subject.bus.stop()
    assert await subject.dead_letters() == []


async def test_a_bus_at_work_has_no_problem(subject: Subject) -> None:
    await subject.bus.consume(CHUNKS, Recorder(), prefetch=1)
    assert subject.bus.problem() is None
