"""One queue consumed on RabbitMQ: every message is acknowledged, buried or given back by explicit words."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aio_pika.abc import AbstractIncomingMessage, AbstractRobustChannel, AbstractRobustQueue
from aio_pika.exceptions import AMQPError

from shared.bus.interface import MESSAGES, Handler, Poison
from shared.bus.redelivery import GRACE_SECONDS, wait_before

_log = structlog.get_logger()

_PATIENCE_SECONDS = 5.0

GONE = (AMQPError, OSError, RuntimeError)
"""What the client raises when the broker, the connection or the channel is gone; TimeoutError is an OSError."""

Bury = Callable[[str, bytes, str], Awaitable[None]]
"""Puts a message among the dead letters: queue, body, reason."""


class Subscription:
    """Consumes on a channel of its own, so that its failure stops nothing else.

    Channel and queue are held here: recovery after a broker restart needs them alive.
    """

    def __init__(
        self,
        name: str,
        handler: Handler,
        *,
        channel: AbstractRobustChannel,
        queue: AbstractRobustQueue,
        bury: Bury,
        delivery_limit: int,
    ) -> None:
        self.name = name
        self._handler = handler
        self._channel = channel
        self._queue = queue
        self._bury = bury
        self._delivery_limit = delivery_limit
        self._tag = ""
        self._stopping = asyncio.Event()
        self._at_work: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to receive."""
        self._tag = await self._queue.consume(self._receive)

    async def is_alive(self) -> bool:
        """Tell whether the broker still hands messages to this consumer, as far as the client was told."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                underlay = await self._channel.get_underlay_channel()
        except GONE:
            return False
        return not underlay.is_closed and self._tag in underlay.consumers  # type: ignore[attr-defined] # not in the ABC

    async def stop(self) -> None:
        """Take nothing more and wait for the handlers at work; what came meanwhile goes back to the queue."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        await self._told(self._queue.cancel(self._tag, timeout=_PATIENCE_SECONDS))
        if self._at_work:
            await asyncio.wait(set(self._at_work), timeout=GRACE_SECONDS)
        if not self._at_work:
            await self._told(self._channel.close())

    async def close(self) -> None:
        """End the handlers that did not come to an end; their messages are delivered again."""
        for task in self._at_work:
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)

    async def _receive(self, message: AbstractIncomingMessage) -> None:
        if self._stopping.is_set():
            return
        task = asyncio.create_task(self._settle(message))
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    async def _settle(self, message: AbstractIncomingMessage) -> None:
        try:
            await self._handler(message.body)
        except Poison as reason:
            await self._give_up(message, str(reason))
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is seen again
            await self._return(message, error)
        else:
            MESSAGES.labels(self.name, "handled").inc()
            await self._told(message.ack())

    async def _return(self, message: AbstractIncomingMessage, error: Exception) -> None:
        # Never `nack`: newer brokers don't count it towards the delivery limit.
        deliveries = _earlier_deliveries(message) + 1
        _log.warning("message handler failed", queue=self.name, deliveries=deliveries, exc_info=error)
        if deliveries > self._delivery_limit:
            await self._give_up(message, f"delivered {deliveries} times, last: {error!r}")
            return
        MESSAGES.labels(self.name, "failed").inc()
        try:
            async with asyncio.timeout(wait_before(error, deliveries)):
                await self._stopping.wait()
        except TimeoutError:
            pass
        await self._told(message.reject(requeue=True))

    async def _give_up(self, message: AbstractIncomingMessage, reason: str) -> None:
        _log.error("message is dead", queue=self.name, reason=reason)
        MESSAGES.labels(self.name, "dead").inc()
        try:
            await self._bury(self.name, message.body, reason)
        except ConnectionError:
            # The broker moves it itself, without our words for the reason.
            await self._told(message.reject(requeue=False))
        else:
            await self._told(message.ack())

    async def _told(self, word: Awaitable[object]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await word
        except GONE:
            # The channel is gone with the broker, which delivers the message again: handlers expect that.
            _log.info("the broker could not be told; it will deliver again", queue=self.name)


def _earlier_deliveries(message: AbstractIncomingMessage) -> int:
    count = message.headers.get("x-delivery-count")
    return count if isinstance(count, int) else 0
