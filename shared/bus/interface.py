"""What a bus does; `memory` and `rabbitmq` do it, and one conformance suite holds both to it."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from prometheus_client import Counter

from shared.events import Event

Handler = Callable[[bytes], Awaitable[None]]
"""Returns when the message is dealt with; raises Poison to give up on it, anything else to see it again."""

MESSAGES = Counter(
    "leadledger_messages_total", "Messages taken from a queue: handled, failed, dead", ["queue", "outcome"]
)


class Poison(Exception):  # noqa: N818 - the field's word
    """A message that can never be handled: it goes to the dead letters with the reason given here."""


class Unroutable(ConnectionError):  # noqa: N818 - the field's word
    """Nobody would get the message; it was not published. Restart a service to declare the queues again."""


class Bus(Protocol):
    """Publishing returns when the message is safe with the bus, and raises ConnectionError otherwise."""

    async def publish(self, event: Event) -> None:
        """Give the event to every queue that listens to its type."""

    async def send(self, queue: str, body: bytes) -> None:
        """Put a message into one queue."""

    async def consume(self, queue: str, handler: Handler, *, prefetch: int) -> None:
        """Hand the queue's messages to `handler`, `prefetch` of them at once, until `stop`.

        Raises ValueError for a queue that the topology does not name.
        """

    def problem(self) -> str | None:
        """Return what keeps the bus from working now, or None."""

    async def stop(self) -> None:
        """Take no more messages and wait for the handlers at work, 20 seconds at most; publishing still works."""

    async def close(self) -> None:
        """Stop, and let go; messages not dealt with are delivered again elsewhere or later."""
