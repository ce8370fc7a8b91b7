"""The bus on RabbitMQ: quorum queues, confirmed and mandatory publishing, explicit acknowledgement."""

import asyncio

import aio_pika
import structlog
from aio_pika.abc import (
    AbstractIncomingMessage,
    AbstractRobustChannel,
    AbstractRobustConnection,
    AbstractRobustExchange,
    AbstractRobustQueue,
)
from aio_pika.exceptions import AMQPError, DeliveryError

from shared.bus.interface import Handler, Poison, Unroutable
from shared.bus.topology import DEAD_EXCHANGE, DEAD_QUEUE, DELIVERY_LIMIT, EXCHANGE, QUEUES
from shared.events import Event

_log = structlog.get_logger()

_PUBLISH_SECONDS = 5.0
_GRACE_SECONDS = 20.0


class RabbitBus:
    """One connection; a channel that publishes, and one for each queue consumed.

    Queues, exchanges and channels are held here: recovery after a broker restart needs them alive.
    """

    def __init__(self, connection: AbstractRobustConnection, publisher: AbstractRobustChannel, prefix: str) -> None:
        self._connection = connection
        self._publisher = publisher
        self._prefix = prefix
        self._exchange: AbstractRobustExchange | None = None
        self._channels: list[AbstractRobustChannel] = []
        self._consumers: list[tuple[AbstractRobustQueue, str]] = []
        self._at_work: set[asyncio.Task[None]] = set()

    @classmethod
    async def connect(cls, url: str, *, prefix: str = "") -> "RabbitBus":
        """Connect and declare the whole topology; raises ConnectionError if the broker is away."""
        connection = await aio_pika.connect_robust(url, heartbeat=10, timeout=10, reconnect_interval=1)
        publisher = await connection.channel(publisher_confirms=True, on_return_raises=True)
        bus = cls(connection, publisher, prefix)
        await bus._declare()
        return bus

    async def _declare(self) -> None:
        channel = self._publisher
        dead = await channel.declare_exchange(self._name(DEAD_EXCHANGE), aio_pika.ExchangeType.FANOUT, durable=True)
        buried = await channel.declare_queue(self._name(DEAD_QUEUE), durable=True, arguments={"x-queue-type": "quorum"})
        await buried.bind(dead)
        self._exchange = await channel.declare_exchange(self._name(EXCHANGE), aio_pika.ExchangeType.TOPIC, durable=True)
        for name, types in QUEUES.items():
            queue = await self._declare_queue(channel, name)
            for event_type in types:
                await queue.bind(self._exchange, event_type)

    async def _declare_queue(self, channel: AbstractRobustChannel, name: str) -> AbstractRobustQueue:
        arguments: dict[str, aio_pika.abc.FieldValue] = {
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": self._name(DEAD_EXCHANGE),
        }
        return await channel.declare_queue(self._name(name), durable=True, arguments=arguments)

    async def publish(self, event: Event) -> None:
        """Give the event to every queue that listens to its type, and wait for the broker's word."""
        assert self._exchange is not None  # noqa: S101 - set by connect
        message = self._message(event.to_json(), "application/cloudevents+json", message_id=str(event.id))
        await self._confirmed(self._exchange, message, event.type)

    async def send(self, queue: str, body: bytes) -> None:
        """Put a message into one queue, and wait for the broker's word."""
        message = self._message(body, "application/json")
        await self._confirmed(self._publisher.default_exchange, message, self._name(queue))

    async def consume(self, queue: str, handler: Handler, *, prefetch: int) -> None:
        """Consume on a channel of its own, so that its failure stops nothing else."""
        channel = await self._connection.channel()
        assert isinstance(channel, AbstractRobustChannel)  # noqa: S101 - what a robust connection gives
        await channel.set_qos(prefetch_count=prefetch)
        declared = await self._declare_queue(channel, queue)
        self._channels.append(channel)

        async def receive(message: AbstractIncomingMessage) -> None:
            task = asyncio.create_task(_settle(message, handler))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
            await asyncio.shield(task)

        self._consumers.append((declared, await declared.consume(receive)))

    def problem(self) -> str | None:
        """Return what keeps the bus from working now, or None."""
        if self._connection.is_closed or not self._connection.connected.is_set():
            return "The broker can't be reached; the bus reconnects by itself."
        return None

    async def stop(self) -> None:
        """Cancel the consumers and wait for the handlers at work, for a while."""
        for queue, tag in self._consumers:
            try:
                await queue.cancel(tag, timeout=_PUBLISH_SECONDS)
            except (AMQPError, OSError, TimeoutError, RuntimeError):
                _log.info("consumer could not be cancelled; the connection is closing anyway")
        self._consumers.clear()
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=_GRACE_SECONDS)

    async def close(self) -> None:
        """Stop and disconnect; what was not acknowledged is delivered again."""
        await self.stop()
        await self._connection.close()

    def _name(self, name: str) -> str:
        return self._prefix + name

    @staticmethod
    def _message(body: bytes, content_type: str, message_id: str | None = None) -> aio_pika.Message:
        return aio_pika.Message(
            body,
            content_type=content_type,
            message_id=message_id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )

    async def _confirmed(
        self, exchange: aio_pika.abc.AbstractExchange, message: aio_pika.Message, routing_key: str
    ) -> None:
        try:
            async with asyncio.timeout(_PUBLISH_SECONDS):
                await exchange.publish(message, routing_key, mandatory=True)
        except DeliveryError as error:
            raise Unroutable(f"Nothing is bound for {routing_key}; start a service to declare the queues.") from error
        except (AMQPError, TimeoutError, RuntimeError) as error:
            raise ConnectionError(f"The broker did not confirm {routing_key}: {error!r}") from error


async def _settle(message: AbstractIncomingMessage, handler: Handler) -> None:
    """Acknowledge, bury or give back. Never `nack`: newer brokers don't count it towards the delivery limit."""
    try:
        await handler(message.body)
    except Poison as reason:
        _log.error("message is dead", reason=str(reason))
        await _tell(message.reject(requeue=False))
    except Exception as error:  # noqa: BLE001 - whatever it is, the message is seen again
        _log.warning("message handler failed", redelivered=message.redelivered, exc_info=error)
        await asyncio.sleep(1.0 if message.redelivered else 0.05)
        await _tell(message.reject(requeue=True))
    else:
        await _tell(message.ack())


async def _tell(settlement: "asyncio.Future[None] | aio_pika.abc.Coroutine[object, object, None]") -> None:  # type: ignore[name-defined]
    try:
        await settlement
    except (AMQPError, OSError, RuntimeError):
        # The channel is gone with the broker, which delivers the message again: handlers expect that.
        _log.info("message could not be settled; it will be delivered again")
