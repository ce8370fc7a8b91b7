"""The bus on RabbitMQ: quorum queues, confirmed and mandatory publishing, explicit acknowledgement."""

import asyncio
import time

import aio_pika
from aio_pika.abc import (
    AbstractExchange,
    AbstractRobustChannel,
    AbstractRobustConnection,
    AbstractRobustQueue,
    FieldValue,
)
from aio_pika.exceptions import PublishError

from shared.bus.interface import Handler, Unroutable
from shared.bus.redelivery import DELIVERY_LIMIT
from shared.bus.subscription import GONE, Subscription
from shared.bus.topology import DEAD_EXCHANGE, DEAD_QUEUE, EXCHANGE, QUEUES
from shared.events import Event

_CONNECT_SECONDS = 10.0
_PUBLISH_SECONDS = 5.0
_WATCH_SECONDS = 1.0
_FRESH_SECONDS = 30.0

# Newer brokers drop a message that was looked at and put back twenty times, unless told otherwise.
_KEEP: dict[str, FieldValue] = {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}


class RabbitBus:
    """Two connections: one publishes, one consumes.

    An alarm (disk, memory) makes the broker stop reading from connections that publish; what is consumed on
    another connection can still be acknowledged.
    """

    def __init__(
        self,
        publishing: AbstractRobustConnection,
        consuming: AbstractRobustConnection,
        *,
        publisher: AbstractRobustChannel,
        prefix: str,
        delivery_limit: int,
    ) -> None:
        self._connections = (publishing, consuming)
        self._publisher = publisher
        self._prefix = prefix
        self._delivery_limit = delivery_limit
        self._events: AbstractExchange = publisher.default_exchange
        self._dead: AbstractExchange = publisher.default_exchange
        self._subscriptions: list[Subscription] = []
        self._idle: list[str] = []
        self._failed_at: float | None = None
        self._watch: asyncio.Task[None] | None = None

    @classmethod
    async def connect(cls, url: str, *, prefix: str = "", delivery_limit: int = DELIVERY_LIMIT) -> "RabbitBus":
        """Connect and declare the whole topology; raises ConnectionError if the broker is away or refuses it."""
        publishing = await _connected(url, "publishing")
        try:
            consuming = await _connected(url, "consuming")
        except ConnectionError:
            await publishing.close()
            raise
        try:
            publisher = await publishing.channel(publisher_confirms=True, on_return_raises=True)
            assert isinstance(publisher, AbstractRobustChannel)  # noqa: S101 - what a robust connection gives
            bus = cls(publishing, consuming, publisher=publisher, prefix=prefix, delivery_limit=delivery_limit)
            async with asyncio.timeout(_CONNECT_SECONDS):
                await bus._declare()
        except GONE as error:
            await asyncio.gather(publishing.close(), consuming.close())
            raise ConnectionError(
                f"The broker refused the queues: {error!r}; delete those of an older version."
            ) from error
        return bus

    async def _declare(self) -> None:
        channel = self._publisher
        self._dead = await channel.declare_exchange(
            self._name(DEAD_EXCHANGE), aio_pika.ExchangeType.FANOUT, durable=True
        )
        buried = await channel.declare_queue(self._name(DEAD_QUEUE), durable=True, arguments=_KEEP)
        await buried.bind(self._dead)
        self._events = await channel.declare_exchange(self._name(EXCHANGE), aio_pika.ExchangeType.TOPIC, durable=True)
        for name in QUEUES:
            await self._declare_queue(channel, name)

    async def _declare_queue(self, channel: AbstractRobustChannel, name: str) -> AbstractRobustQueue:
        # Bound on each channel that declares it: recovery then restores the bindings with the queue.
        arguments: dict[str, FieldValue] = {
            "x-queue-type": "quorum",
            "x-delivery-limit": self._delivery_limit,
            "x-dead-letter-exchange": self._name(DEAD_EXCHANGE),
        }
        queue = await channel.declare_queue(self._name(name), durable=True, arguments=arguments)
        for event_type in QUEUES[name]:
            await queue.bind(self._name(EXCHANGE), event_type)
        return queue

    async def publish(self, event: Event) -> None:
        """Give the event to every queue that listens to its type, and wait for the broker's word."""
        message = _message(event.to_json(), "application/cloudevents+json")
        message.message_id = str(event.id)
        await self._confirmed(self._events, message, event.type)

    async def send(self, queue: str, body: bytes) -> None:
        """Put a message into one queue, and wait for the broker's word."""
        await self._confirmed(self._publisher.default_exchange, _message(body, "application/json"), self._name(queue))

    async def _bury(self, queue: str, body: bytes, reason: str) -> None:
        message = _message(body, "application/octet-stream")
        message.headers = {"x-queue": queue, "x-reason": reason}
        await self._confirmed(self._dead, message, queue)

    async def consume(self, queue: str, handler: Handler, *, prefetch: int) -> None:
        """Consume on a channel of its own."""
        if queue not in QUEUES:
            raise ValueError(f"There is no queue {queue}; add it to the topology.")
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                await self._subscribe(queue, handler, prefetch)
        except GONE as error:
            raise ConnectionError(f"The broker does not let us consume {queue}: {error!r}") from error
        if self._watch is None:
            self._watch = asyncio.create_task(self._watch_consumers())

    async def _subscribe(self, queue: str, handler: Handler, prefetch: int) -> None:
        channel = await self._connections[1].channel()
        assert isinstance(channel, AbstractRobustChannel)  # noqa: S101 - what a robust connection gives
        await channel.set_qos(prefetch_count=prefetch)
        subscription = Subscription(
            queue,
            handler,
            channel=channel,
            queue=await self._declare_queue(channel, queue),
            bury=self._bury,
            delivery_limit=self._delivery_limit,
        )
        self._subscriptions.append(subscription)
        await subscription.start()

    async def _watch_consumers(self) -> None:
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            self._idle = [each.name for each in self._subscriptions if not await each.is_alive()]

    def problem(self) -> str | None:
        """Return what keeps the bus from working now, or None."""
        if any(each.is_closed or not each.connected.is_set() for each in self._connections):
            return "The broker can't be reached; the bus reconnects by itself."
        if self._idle:
            return f"The broker hands out nothing from: {', '.join(self._idle)}; the bus subscribes again by itself."
        if self._failed_at is not None and time.monotonic() - self._failed_at < _FRESH_SECONDS:
            return "The broker does not confirm what is published; look at its alarms (disk, memory)."
        return None

    async def stop(self) -> None:
        """Cancel the consumers and wait for the handlers at work, for a while."""
        if self._watch is not None:
            self._watch.cancel()
        await asyncio.gather(*(each.stop() for each in self._subscriptions))

    async def close(self) -> None:
        """Stop and disconnect; what was not acknowledged is delivered again."""
        await self.stop()
        await asyncio.gather(*(each.close() for each in self._subscriptions))
        await asyncio.gather(*(each.close() for each in self._connections))

    def _name(self, name: str) -> str:
        return self._prefix + name

    async def _confirmed(self, exchange: AbstractExchange, message: aio_pika.Message, routing_key: str) -> None:
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await exchange.publish(message, routing_key, mandatory=True)
        except PublishError as error:
            raise Unroutable(f"Nothing is bound for {routing_key}; start a service to declare the queues.") from error
        except GONE as error:
            self._failed_at = time.monotonic()
            raise ConnectionError(f"The broker did not confirm {routing_key}: {error!r}") from error
        except asyncio.CancelledError as error:
            # The client cancels what waits on a connection that dies; only our own cancellation may end the caller.
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            self._failed_at = time.monotonic()
            raise ConnectionError(f"The connection was lost before {routing_key} was confirmed.") from error
        self._failed_at = None


async def _connected(url: str, purpose: str) -> AbstractRobustConnection:
    try:
        return await aio_pika.connect_robust(
            url,
            heartbeat=10,
            timeout=_CONNECT_SECONDS,
            reconnect_interval=1,
            client_properties={"connection_name": f"leadledger {purpose}"},
        )
    except GONE as error:
        raise ConnectionError(
            f"The broker can't be reached: {error!r}; is it running, is the address right?"
        ) from error


def _message(body: bytes, content_type: str) -> aio_pika.Message:
    return aio_pika.Message(body, content_type=content_type, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
