"""The bus of one process: the same promises as the broker's, kept while the process lives."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

import structlog

from shared.bus.interface import MESSAGES, Handler, Poison, Unroutable
from shared.bus.redelivery import DELIVERY_LIMIT, GRACE_SECONDS, wait_before
from shared.bus.topology import EVERYTHING, QUEUES
from shared.events import Event

_log = structlog.get_logger()


@dataclass(slots=True)
class _Message:
    body: bytes
    deliveries: int = 0


class MemoryBus:
    """Queues in memory, as many consumers per queue as its prefetch."""

    def __init__(self, *, delivery_limit: int = DELIVERY_LIMIT) -> None:
        self._delivery_limit = delivery_limit
        self._queues: defaultdict[str, asyncio.Queue[_Message]] = defaultdict(asyncio.Queue)
        self._consumers: set[asyncio.Task[None]] = set()
        self._stopping = asyncio.Event()
        self.dead_letters: list[tuple[bytes, str]] = []

    async def publish(self, event: Event) -> None:
        """Give the event to every queue that listens to its type."""
        queues = [name for name, types in QUEUES.items() if event.type in types or EVERYTHING in types]
        if not queues:
            raise Unroutable(f"No queue listens to {event.type}.")
        for name in queues:
            await self.send(name, event.to_json())

    async def send(self, queue: str, body: bytes) -> None:
        """Put a message into one queue."""
        if queue not in QUEUES:
            raise Unroutable(f"There is no queue {queue}.")
        self._queues[queue].put_nowait(_Message(body))

    async def consume(self, queue: str, handler: Handler, *, prefetch: int) -> None:
        """Start `prefetch` consumers of the queue."""
        if queue not in QUEUES:
            raise ValueError(f"There is no queue {queue}; add it to the topology.")
        for _ in range(prefetch):
            self._consumers.add(asyncio.create_task(self._work(queue, handler)))

    def problem(self) -> str | None:
        """Return None: memory does not go away."""
        return None

    async def stop(self) -> None:
        """Wait for the handlers at work, take up nothing more."""
        self._stopping.set()
        if self._consumers:
            _, self._consumers = await asyncio.wait(self._consumers, timeout=GRACE_SECONDS)

    async def close(self) -> None:
        """Stop, and end the handlers that did not come to an end."""
        await self.stop()
        for consumer in self._consumers:
            consumer.cancel()
        await asyncio.gather(*self._consumers, return_exceptions=True)

    async def _work(self, queue: str, handler: Handler) -> None:
        while (message := await self._next(queue)) is not None:
            message.deliveries += 1
            try:
                await handler(message.body)
            except Poison as reason:
                self._bury(queue, message, str(reason))
            except Exception as error:  # noqa: BLE001 - whatever it is, the message is seen again
                await self._return(queue, message, error)
            else:
                MESSAGES.labels(queue, "handled").inc()

    async def _next(self, queue: str) -> _Message | None:
        taking = asyncio.create_task(self._queues[queue].get())
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait((taking, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if self._stopping.is_set():
            if taking.done():
                self._queues[queue].put_nowait(taking.result())
            taking.cancel()
            return None
        return taking.result()

    async def _return(self, queue: str, message: _Message, error: Exception) -> None:
        _log.warning("message handler failed", queue=queue, deliveries=message.deliveries, exc_info=error)
        if message.deliveries > self._delivery_limit:
            self._bury(queue, message, f"delivered {message.deliveries} times, last: {error!r}")
            return
        MESSAGES.labels(queue, "failed").inc()
        try:
            async with asyncio.timeout(wait_before(error, message.deliveries)):
                await self._stopping.wait()
        except TimeoutError:
            pass
        self._queues[queue].put_nowait(message)

    def _bury(self, queue: str, message: _Message, reason: str) -> None:
        _log.error("message is dead", queue=queue, reason=reason)
        MESSAGES.labels(queue, "dead").inc()
        self.dead_letters.append((message.body, reason))
