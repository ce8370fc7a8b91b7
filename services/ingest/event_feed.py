"""The live end of the event log: one reader per process, which hands each event to whoever waits for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import anyio

from services.ingest.store import events as store
from shared.events import Event
from shared.outbox import event_of
from shared.postgres import Postgres

_PAGE = 500
_MOST_WAITING = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of a client's events a subscriber wants: those of one batch if named, of these types if any."""

    client_id: UUID
    batch_id: UUID | None = None
    types: frozenset[str] = frozenset()

    def includes(self, event: Event) -> bool:
        """Tell whether the event is one of them."""
        return (
            event.clientid == self.client_id
            and (self.batch_id is None or event.batchid == self.batch_id)
            and (not self.types or event.type in self.types)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An event and its place in the order that subscribers follow; the JSON is shared by all of them."""

    position: int
    event: Event
    json: str


class Subscription:
    """The events since it began, for one subscriber; ends early if more wait than it may hold."""

    def __init__(self, wanted: Wanted, most_waiting: int) -> None:
        self.wanted = wanted
        self._most_waiting = most_waiting
        self._queue: asyncio.Queue[Published | None] = asyncio.Queue()
        self._ended = False

    def offer(self, published: Published) -> None:
        """Queue the event if it is wanted."""
        if self._ended or not self.wanted.includes(published.event):
            return
        if self._queue.qsize() >= self._most_waiting:
            self.end()
        else:
            self._queue.put_nowait(published)

    def end(self) -> None:
        """Give out what waits already, then nothing more."""
        if not self._ended:
            self._ended = True
            self._queue.put_nowait(None)

    async def events(self) -> AsyncIterator[Published]:
        """Yield the events in order until the subscription ends."""
        while (published := await self._queue.get()) is not None:
            yield published


class EventFeed:
    """Reads the log while there are subscribers. `work` is the duty; wake it when something was published.

    `position` is that of the event handed out last, None without subscribers.
    """

    def __init__(self, postgres: Postgres, *, most_waiting: int = _MOST_WAITING) -> None:
        self._postgres = postgres
        self._most_waiting = most_waiting
        self._subscriptions: set[Subscription] = set()
        self._starting = asyncio.Lock()
        self.position: int | None = None
        self.is_closed = False
        self.server_stops = anyio.Event()

    @asynccontextmanager
    async def subscription(self, wanted: Wanted) -> AsyncIterator[Subscription]:
        """Yield a subscription that misses no event which is not in the log already when this returns."""
        subscription = Subscription(wanted, self._most_waiting)
        self._subscriptions.add(subscription)
        try:
            await self._start()
            if self.is_closed:
                subscription.end()
            yield subscription
        finally:
            self._subscriptions.discard(subscription)
            if not self._subscriptions:
                self.position = None

    async def _start(self) -> None:
        async with self._starting:
            if self.position is None:
                async with self._postgres.duties() as connection:
                    self.position = await store.last_position(connection)

    async def work(self) -> int:
        """Hand out what was published since; return how many events that were."""
        after = self.position
        if after is None:
            return 0
        async with self._postgres.duties() as connection:
            rows = await store.list_published(connection, after=after, limit=_PAGE)
        for row in rows:
            event = event_of(row)
            published = Published(position=row["position"], event=event, json=event.to_json().decode())
            for subscription in self._subscriptions:
                subscription.offer(published)
        if rows and self.position is not None:
            self.position = rows[-1]["position"]
        return len(rows)

    async def close_with_server(self) -> None:
        """Wait until the server is told to stop, which waits for its answers to end before anything else does."""
        await self.server_stops.wait()
        self.close()

    def close(self) -> None:
        """End every subscription, those to come too."""
        self.is_closed = True
        for subscription in self._subscriptions:
            subscription.end()
