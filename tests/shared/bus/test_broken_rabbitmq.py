"""The bus on a broker that restarts, cuts connections and runs out of disk under load."""

import asyncio
import functools
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Callable

import aio_pika
import pytest

from shared.bus import RabbitBus
from shared.bus.topology import CHUNKS, EVENTS
from tests.eventually import eventually
from tests.rabbitmq import PrivateRabbit, delete_topology

RECOVERY_SECONDS = 30.0


class Load:
    """Sends numbered messages until each is confirmed, and counts what is handled; two buses, like two services."""

    def __init__(self, sender: RabbitBus, receiver: RabbitBus, prefix: str) -> None:
        self.sender = sender
        self.receiver = receiver
        self.prefix = prefix
        self.handled: Counter[bytes] = Counter()
        self.sent = 0
        self.refused = 0
        self.enough = asyncio.Event()

    async def handle(self, body: bytes) -> None:
        """Take a little while, as work does."""
        await asyncio.sleep(0.005)
        self.handled[body] += 1

    async def send(self) -> None:
        """Send until it is enough, each message as the outbox does: again until it is confirmed."""
        while not self.enough.is_set():
            body = str(self.sent).encode()
            await eventually(functools.partial(self._confirmed, body), within=60)
            self.sent += 1

    async def _confirmed(self, body: bytes) -> bool:
        try:
            await self.sender.send(CHUNKS, body)
        except ConnectionError:
            self.refused += 1
            return False
        return True


@pytest.fixture
async def load(private_rabbit: PrivateRabbit) -> AsyncIterator[Load]:
    # Never the names of the test before: RabbitMQ 3.10 answers INTERNAL_ERROR for ever for a quorum queue that was
    # deleted, declared again and then lost its power.
    prefix = f"test-{uuid.uuid4().hex[:12]}-"
    sender = await RabbitBus.connect(private_rabbit.url, prefix=prefix)
    receiver = await RabbitBus.connect(private_rabbit.url, prefix=prefix)
    load = Load(sender, receiver, prefix)
    await receiver.consume(CHUNKS, load.handle, prefetch=4)
    yield load
    await asyncio.gather(sender.close(), receiver.close())
    await asyncio.to_thread(delete_topology, private_rabbit.url, prefix)


Break = Callable[[PrivateRabbit], object]


@pytest.mark.parametrize(
    "break_it",
    [
        pytest.param(lambda broker: broker.restart(), id="restarted"),
        pytest.param(lambda broker: broker.restart(kill=True), id="killed"),
        pytest.param(lambda broker: broker.ctl("close_all_connections", "test"), id="connections closed"),
    ],
)
async def test_a_broker_broken_under_load_loses_no_message(
    private_rabbit: PrivateRabbit, load: Load, break_it: Break
) -> None:
    sending = asyncio.create_task(load.send())
    await eventually(lambda: len(load.handled) > 40)
    await asyncio.to_thread(break_it, private_rabbit)
    back = time.monotonic()
    await eventually(lambda: load.refused > 0, within=RECOVERY_SECONDS)
    await eventually(lambda: load.sender.problem() is None and load.receiver.problem() is None, within=RECOVERY_SECONDS)
    at_recovery = len(load.handled)
    await eventually(lambda: len(load.handled) > at_recovery + 40, within=RECOVERY_SECONDS)
    assert time.monotonic() - back < RECOVERY_SECONDS
    load.enough.set()
    await sending
    await eventually(lambda: len(load.handled) == load.sent)
    assert await _consumers(private_rabbit, load.prefix + CHUNKS) == 1


async def test_while_the_broker_is_down_publishing_fails_in_time_and_the_bus_says_so(
    private_rabbit: PrivateRabbit, load: Load
) -> None:
    await asyncio.to_thread(private_rabbit.kill)
    try:
        started = time.monotonic()
        with pytest.raises(ConnectionError):
            await load.sender.send(CHUNKS, b"lost?")
        assert time.monotonic() - started < 10
        await eventually(lambda: load.receiver.problem() is not None)
        assert load.receiver.problem() == "The broker can't be reached; the bus reconnects by itself."
        async with asyncio.timeout(10):
            await load.receiver.stop()
        async with asyncio.timeout(10):
            await load.receiver.close()
    finally:
        await asyncio.to_thread(private_rabbit.start)


async def test_a_disk_alarm_blocks_publishers_in_time_while_work_can_still_be_acknowledged(
    private_rabbit: PrivateRabbit, load: Load
) -> None:
    gate, handled = asyncio.Event(), Counter[bytes]()

    async def wait_for_alarm(body: bytes) -> None:
        await gate.wait()
        handled[body] += 1

    await load.receiver.consume(EVENTS, wait_for_alarm, prefetch=1)
    await load.receiver.send(EVENTS, b"held")
    await load.receiver.send(EVENTS, b"delivered when the first is acknowledged")
    limit = await asyncio.to_thread(private_rabbit.ctl, "eval", "rabbit_disk_monitor:get_disk_free_limit().")
    await asyncio.to_thread(private_rabbit.ctl, "set_disk_free_limit", "9000GB")
    try:
        started = time.monotonic()
        with pytest.raises(ConnectionError, match="did not confirm"):
            await load.receiver.send(CHUNKS, b"blocked")
        assert 4 < time.monotonic() - started < 8
        assert "alarms" in (load.receiver.problem() or "")
        gate.set()
        await eventually(lambda: handled.total() == 2)
    finally:
        await asyncio.to_thread(private_rabbit.ctl, "set_disk_free_limit", limit.strip())
    await load.receiver.send(CHUNKS, b"after")
    await eventually(lambda: load.handled[b"after"] == 1)
    assert load.receiver.problem() is None


async def _consumers(broker: PrivateRabbit, queue: str) -> int | None:
    async with await aio_pika.connect(broker.url) as connection:
        declared = await (await connection.channel()).get_queue(queue)
        return declared.declaration_result.consumer_count
