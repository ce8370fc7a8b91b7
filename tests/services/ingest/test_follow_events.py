"""Following: nothing left out, nothing twice, whoever is slow."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from services.ingest.event_feed import EventFeed, Wanted
from services.ingest.follow_events import follow_events, position_now
from shared.bus import MemoryBus
from shared.duty import Duty
from shared.events import BatchPaused, UploadReceived
from shared.outbox import append_event, relay_events
from shared.postgres import Postgres
from tests.eventually import eventually


@asynccontextmanager
async def reading(feed: EventFeed) -> AsyncIterator[Duty]:
    duty = Duty("events", feed.work, interval=0.005)
    duty.start()
    try:
        yield duty
    finally:
        feed.close()
        await duty.stop()


async def happen(postgres: Postgres, bus: MemoryBus, client_id: UUID, number: int) -> None:
    """Let so many events happen and be published."""
    for _ in range(number):
        event = UploadReceived(client_id=client_id, upload_id=uuid4(), source="apollo", rows=1, problems=0, sha256="00")
        async with postgres.tenant(client_id) as connection:
            await append_event(connection, "ingest", event)
    while await relay_events(postgres, bus):
        pass


async def follow(postgres: Postgres, feed: EventFeed, wanted: Wanted, *, after: int, number: int) -> list[int]:
    positions: list[int] = []
    async with asyncio.timeout(30):
        async for published in follow_events(postgres, feed, wanted, after=after):
            positions.append(published.position)
            if len(positions) == number:
                break
    return positions


async def test_replay_goes_over_into_live_without_gap_or_repetition(
    postgres: Postgres, bus: MemoryBus, client_id: UUID
) -> None:
    feed = EventFeed(postgres)
    await happen(postgres, bus, client_id, 450)
    async with reading(feed):
        followers = [
            asyncio.create_task(follow(postgres, feed, Wanted(client_id=client_id), after=after, number=700 - after))
            for after in (0, 1, 199, 200, 201, 449, 450)
        ]
        for _ in range(25):
            await happen(postgres, bus, client_id, 10)
        for after, follower in zip((0, 1, 199, 200, 201, 449, 450), followers, strict=True):
            assert await follower == list(range(after + 1, 701))


async def test_a_slow_follower_misses_nothing_and_holds_little(
    postgres: Postgres, bus: MemoryBus, client_id: UUID
) -> None:
    feed, wanted = EventFeed(postgres, most_waiting=10), Wanted(client_id=client_id)
    async with reading(feed):
        stream = follow_events(postgres, feed, wanted, after=0)
        await happen(postgres, bus, client_id, 1)
        assert (await anext(stream)).position == 1
        await happen(postgres, bus, client_id, 300)
        await eventually(lambda: feed.position == 301)
        assert [(await anext(stream)).position for _ in range(300)] == list(range(2, 302))


async def test_a_follower_that_wants_little_is_not_overrun_by_the_rest(
    postgres: Postgres, bus: MemoryBus, client_id: UUID
) -> None:
    feed = EventFeed(postgres)
    async with reading(feed):
        wanted = Wanted(client_id=client_id, types=frozenset({"batch.paused"}))
        following = asyncio.create_task(follow(postgres, feed, wanted, after=0, number=1))
        await happen(postgres, bus, client_id, 20)
        async with postgres.tenant(client_id) as connection:
            event = BatchPaused(client_id=client_id, batch_id=uuid4(), reason="asked for")
            await append_event(connection, "ingest", event)
        await relay_events(postgres, bus)
        assert await following == [21]


async def test_nothing_is_read_without_subscribers(postgres: Postgres, bus: MemoryBus, client_id: UUID) -> None:
    feed = EventFeed(postgres)
    await happen(postgres, bus, client_id, 2)
    assert await feed.work() == 0
    async with feed.subscription(Wanted(client_id=client_id)):
        assert feed.position == 2
        await happen(postgres, bus, client_id, 1)
        assert await feed.work() == 1
    assert feed.position is None


async def test_a_feed_that_closes_ends_its_followers(postgres: Postgres, client_id: UUID) -> None:
    feed = EventFeed(postgres)
    async with reading(feed):
        stream = follow_events(postgres, feed, Wanted(client_id=client_id), after=await position_now(postgres))
        ended = asyncio.create_task(anext(stream, None))
        await eventually(lambda: feed.position == 0)
        feed.close()
        async with asyncio.timeout(5):
            assert await ended is None
