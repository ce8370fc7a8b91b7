"""What only a broker can do to us: go away, starve, lose a queue, refuse; on a broker that answers."""

import asyncio
from collections.abc import AsyncIterator
from typing import NoReturn
from uuid import UUID

import aio_pika
import pytest

from shared.bus import Poison, RabbitBus, Unroutable
from shared.bus.topology import CHUNKS, COMPLETIONS, DEAD_QUEUE, EVENTS, EXCHANGE, LAUNCHES
from shared.events import Event, utc_now
from tests.eventually import eventually
from tests.rabbitmq import free_port

CLIENT = UUID("01900000-0000-7000-8000-000000000001")


@pytest.fixture
async def bus(rabbit: str, bus_prefix: str) -> AsyncIterator[RabbitBus]:
    bus = await RabbitBus.connect(rabbit, prefix=bus_prefix)
    yield bus
    await bus.close()


@pytest.fixture
async def admin(rabbit: str) -> AsyncIterator[aio_pika.abc.AbstractChannel]:
    """A channel beside the bus, to look and to break."""
    async with await aio_pika.connect(rabbit) as connection:
        yield await connection.channel(on_return_raises=True)


def launched() -> Event:
    return Event(
        id=UUID("01900000-0000-7000-8000-00000000000e"),
        source="/leadledger/test",
        type="batch.launched",
        time=utc_now(),
        clientid=CLIENT,
        data={"client_id": str(CLIENT)},
    )


async def test_a_message_not_settled_when_its_connection_ends_comes_again(
    rabbit: str, bus_prefix: str, bus: RabbitBus
) -> None:
    started, released, again = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def hold(_body: bytes) -> None:
        started.set()
        await released.wait()

    async def receive(body: bytes) -> None:
        assert body == b"work"
        again.set()

    dying = await RabbitBus.connect(rabbit, prefix=bus_prefix)
    await dying.consume(CHUNKS, hold, prefetch=1)
    await dying.send(CHUNKS, b"work")
    await started.wait()
    await dying._connections[1].close()
    await bus.consume(CHUNKS, receive, prefetch=1)
    async with asyncio.timeout(10):
        await again.wait()
    released.set()
    await dying.close()


async def test_what_was_delivered_but_not_taken_up_before_stop_goes_to_another_bus(
    rabbit: str, bus_prefix: str, bus: RabbitBus
) -> None:
    got: list[bytes] = []

    async def fail(_body: bytes) -> None:
        raise ConnectionError("away")

    async def receive(body: bytes) -> None:
        got.append(body)

    await bus.consume(CHUNKS, fail, prefetch=1)
    await bus.send(CHUNKS, b"work")
    await bus.stop()
    other = await RabbitBus.connect(rabbit, prefix=bus_prefix)
    await other.consume(CHUNKS, receive, prefetch=1)
    await eventually(lambda: got == [b"work"])
    await other.close()


async def test_a_handled_message_is_acknowledged(bus: RabbitBus, bus_prefix: str, admin: aio_pika.Channel) -> None:
    handled = asyncio.Event()

    async def handle(_body: bytes) -> None:
        handled.set()

    await bus.consume(CHUNKS, handle, prefetch=1)
    await bus.send(CHUNKS, b"work")
    await handled.wait()
    await bus.stop()
    queue = await admin.get_queue(bus_prefix + CHUNKS)
    assert await queue.get(fail=False) is None


async def test_a_dead_letter_says_where_it_comes_from_and_why(
    bus: RabbitBus, bus_prefix: str, admin: aio_pika.Channel
) -> None:
    async def refuse(_body: bytes) -> NoReturn:
        raise Poison("No such batch.")

    await bus.consume(LAUNCHES, refuse, prefetch=1)
    await bus.send(LAUNCHES, b"{}")
    queue = await admin.get_queue(bus_prefix + DEAD_QUEUE)
    letters: list[aio_pika.abc.AbstractIncomingMessage] = []

    async def arrived() -> bool:
        if (letter := await queue.get(fail=False)) is not None:
            letters.append(letter)
            await letter.ack()
        return bool(letters)

    await eventually(arrived)
    assert letters[0].body == b"{}"
    assert letters[0].headers["x-queue"] == "executor.launches"
    assert letters[0].headers["x-reason"] == "No such batch."


async def test_an_event_that_no_queue_would_get_is_refused(
    bus: RabbitBus, bus_prefix: str, admin: aio_pika.Channel
) -> None:
    for queue, key in ((EVENTS, "#"), (LAUNCHES, "batch.launched")):
        await (await admin.get_queue(bus_prefix + queue)).unbind(bus_prefix + EXCHANGE, key)
    with pytest.raises(Unroutable, match=r"batch\.launched"):
        await bus.publish(launched())


async def test_a_publish_that_the_broker_refuses_is_not_called_unroutable(
    bus: RabbitBus, bus_prefix: str, admin: aio_pika.Channel
) -> None:
    await admin.declare_queue(bus_prefix + "full", arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    await bus.send("full", b"fits")
    with pytest.raises(ConnectionError, match="did not confirm") as refused:
        await bus.send("full", b"one too many")
    assert not isinstance(refused.value, Unroutable)
    assert bus.problem() == "The broker does not confirm what is published; look at its alarms (disk, memory)."
    await admin.queue_delete(bus_prefix + "full")


async def test_a_queue_deleted_under_its_consumer_is_declared_bound_and_consumed_again(
    bus: RabbitBus, bus_prefix: str, admin: aio_pika.Channel
) -> None:
    got: list[bytes] = []

    async def receive(body: bytes) -> None:
        got.append(body)

    await bus.consume(LAUNCHES, receive, prefetch=1)
    await admin.queue_delete(bus_prefix + LAUNCHES)

    async def heard() -> bool:
        await bus.publish(launched())
        return bool(got)

    await eventually(heard, within=20)
    await eventually(lambda: bus.problem() is None)


async def test_a_consumer_that_the_broker_dropped_is_a_problem_until_it_is_back(
    bus: RabbitBus, bus_prefix: str, admin: aio_pika.Channel
) -> None:
    async def receive(_body: bytes) -> None: ...

    await bus.consume(COMPLETIONS, receive, prefetch=1)
    # The queue comes back with other arguments, so the bus can't subscribe until it is gone.
    await admin.queue_delete(bus_prefix + COMPLETIONS)
    await admin.declare_queue(bus_prefix + COMPLETIONS, durable=True, arguments={"x-queue-type": "classic"})
    await eventually(lambda: bus.problem() is not None)
    assert "projector.completions" in (bus.problem() or "")
    await admin.queue_delete(bus_prefix + COMPLETIONS)
    await eventually(lambda: bus.problem() is None, within=20)


async def test_a_channel_closed_by_the_broker_comes_back_alone(bus: RabbitBus) -> None:
    chunks: list[bytes] = []
    launches: list[bytes] = []

    async def chunk(body: bytes) -> None:
        chunks.append(body)

    async def launch(body: bytes) -> None:
        launches.append(body)

    await bus.consume(CHUNKS, chunk, prefetch=1)
    await bus.consume(LAUNCHES, launch, prefetch=1)
    broken = await bus._subscriptions[0]._channel.get_underlay_channel()
    await broken.basic_ack(delivery_tag=999)  # an unknown tag: 406, the broker closes this channel
    await eventually(lambda: broken.is_closed)
    await bus.send(LAUNCHES, b"neighbour")
    await eventually(lambda: launches == [b"neighbour"])
    await bus.send(CHUNKS, b"after")
    await eventually(lambda: chunks == [b"after"])
    await eventually(lambda: bus.problem() is None)


async def test_a_broker_that_is_away_at_the_start_is_a_connection_error() -> None:
    with pytest.raises(ConnectionError, match="can't be reached"):
        await RabbitBus.connect(f"amqp://guest:guest@127.0.0.1:{free_port()}/")


async def test_a_wrong_password_is_a_connection_error(rabbit: str) -> None:
    with pytest.raises(ConnectionError, match="can't be reached"):
        await RabbitBus.connect(rabbit.replace("guest:guest", "guest:wrong"))


async def test_queues_of_another_version_are_a_connection_error_that_says_so(
    rabbit: str, bus_prefix: str, admin: aio_pika.Channel
) -> None:
    await admin.declare_queue(bus_prefix + CHUNKS, durable=True, arguments={"x-queue-type": "classic"})
    with pytest.raises(ConnectionError, match="older version"):
        await RabbitBus.connect(rabbit, prefix=bus_prefix)
