"""Events commit with the facts, are published at least once each, and have one place in one order."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest

from shared.bus import MemoryBus, RabbitBus
from shared.bus.topology import EVENTS
from shared.events import BatchCancelled, BatchPaused, Event
from shared.outbox import append_event, relay_events
from shared.postgres import Postgres
from shared.settings import Settings
from shared.telemetry import span
from tests.conftest import Owner
from tests.eventually import eventually


class FullBus(MemoryBus):
    """A bus that takes nothing while it is full."""

    full = True

    async def publish(self, event: Event) -> None:
        if self.full:
            raise ConnectionError("The broker did not confirm.")
        await super().publish(event)


@pytest.fixture
async def second(settings: Settings) -> AsyncIterator[Postgres]:
    """The database as another process sees it."""
    postgres = await Postgres.connect(settings, "executor")
    yield postgres
    await postgres.close()


def paused(client_id: UUID, reason: str = "quota") -> BatchPaused:
    return BatchPaused(client_id=client_id, batch_id=uuid4(), reason=reason)


async def append(postgres: Postgres, client_id: UUID, reason: str = "quota") -> UUID:
    async with postgres.tenant(client_id) as connection:
        return await append_event(connection, "ingest", paused(client_id, reason))


async def positions(owner: Owner) -> list[tuple[int, UUID]]:
    rows = await owner.fetch("SELECT position, event_id FROM outbox_publications ORDER BY position")
    return [(row["position"], row["event_id"]) for row in rows]


async def heard(bus: MemoryBus, count: int) -> list[Event]:
    got: list[Event] = []

    async def listen(body: bytes) -> None:
        got.append(Event.model_validate_json(body))

    await bus.consume(EVENTS, listen, prefetch=1)
    await eventually(lambda: len(got) >= count)
    return got


async def test_an_event_commits_with_the_facts_and_is_published_as_it_was_told(
    postgres: Postgres, owner: Owner, client_id: UUID
) -> None:
    batch_id = uuid4()
    with span("request", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
        async with postgres.tenant(client_id) as connection:
            event_id = await append_event(
                connection, "ingest", BatchCancelled(client_id=client_id, batch_id=batch_id, reason="by request")
            )
    bus = MemoryBus()
    assert await relay_events(postgres, bus) == 1
    event = (await heard(bus, 1))[0]
    assert event.id == event_id
    assert event.type == "batch.cancelled"
    assert event.source == "/leadledger/ingest"
    assert (event.clientid, event.batchid) == (client_id, batch_id)
    assert event.traceparent is not None
    assert event.traceparent.startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert event.data == {"client_id": str(client_id), "batch_id": str(batch_id), "reason": "by request"}
    row = await owner.fetchrow("SELECT * FROM outbox")
    assert row is not None
    assert event.time == row["occurred_at"]
    await bus.close()


async def test_a_rollback_leaves_no_event(postgres: Postgres, owner: Owner, client_id: UUID) -> None:
    async def fail() -> None:
        async with postgres.tenant(client_id) as connection:
            await append_event(connection, "ingest", paused(client_id))
            raise RuntimeError("the facts failed")

    with pytest.raises(RuntimeError, match="the facts failed"):
        await fail()
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    assert await owner.fetchval("SELECT count(*) FROM outbox_pending") == 0
    assert await relay_events(postgres, MemoryBus()) == 0


async def test_a_client_cannot_tell_an_event_in_the_name_of_another(
    postgres: Postgres, client_id: UUID, other_key: str, owner: Owner
) -> None:
    other: UUID = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with postgres.tenant(client_id) as connection:
            await append_event(connection, "ingest", paused(other))


async def test_a_published_event_is_marked_and_not_published_again(
    postgres: Postgres, owner: Owner, client_id: UUID
) -> None:
    event_id = await append(postgres, client_id)
    bus = MemoryBus()
    assert await relay_events(postgres, bus) == 1
    assert await relay_events(postgres, bus) == 0
    assert await positions(owner) == [(1, event_id)]
    assert await owner.fetchval("SELECT count(*) FROM outbox_pending") == 0


async def test_what_the_bus_does_not_take_stays_pending_and_gets_its_place_later(
    postgres: Postgres, owner: Owner, client_id: UUID
) -> None:
    bus = FullBus()
    event_id = await append(postgres, client_id)
    assert await relay_events(postgres, bus) == 0
    assert await positions(owner) == []
    assert await owner.fetchval("SELECT event_id FROM outbox_pending") == event_id
    bus.full = False
    assert await relay_events(postgres, bus) == 1
    assert await positions(owner) == [(1, event_id)]


async def test_two_relays_at_once_publish_each_event_once_and_never_show_a_position_late(
    postgres: Postgres, second: Postgres, owner: Owner, settings: Settings, client_id: UUID
) -> None:
    events, bus, appended = 300, MemoryBus(), asyncio.Event()

    async def tell(own: Postgres) -> None:
        for _ in range(events // 2):
            await append(own, client_id)

    async def relay(own: Postgres) -> None:
        while not appended.is_set() or await owner_waiting():
            await relay_events(own, bus)

    async def owner_waiting() -> bool:
        async with postgres.duties() as connection:
            return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM outbox_pending)"))

    seen: list[int] = []

    async def follow() -> None:
        last = 0
        while len(seen) < events:
            rows = await owner.fetch(
                "SELECT position FROM outbox_publications WHERE position > $1 ORDER BY position", last
            )
            seen.extend(row["position"] for row in rows)
            last = seen[-1] if seen else 0
            await asyncio.sleep(0)

    following = asyncio.create_task(follow())
    relays = asyncio.gather(relay(postgres), relay(second))
    await asyncio.gather(tell(postgres), tell(second))
    appended.set()
    await relays
    async with asyncio.timeout(20):
        await following
    assert seen == list(range(1, events + 1))
    assert len(await heard(bus, events)) == events
    await bus.close()


_DYING_RELAY = """
import asyncio
from shared.bus import RabbitBus
from shared.outbox import relay_events
from shared.postgres import Postgres
from shared.settings import Settings

async def main():
    settings = Settings()
    bus = await RabbitBus.connect(settings.bus_url, prefix=settings.bus_prefix)
    await relay_events(await Postgres.connect(settings, "ingest"), bus)

asyncio.run(main())
"""


async def test_a_crash_between_the_brokers_word_and_the_mark_publishes_again_under_the_same_id(
    postgres: Postgres, owner: Owner, settings: Settings, client_id: UUID, rabbit: str, bus_prefix: str
) -> None:
    event_id = await append(postgres, client_id)
    environment = os.environ | {
        "LEADLEDGER_DATABASE_URL": settings.database_url,
        "LEADLEDGER_BUS_URL": rabbit,
        "LEADLEDGER_BUS_PREFIX": bus_prefix,
        "LEADLEDGER_FAILPOINTS": "outbox.published_before_mark=kill",
    }
    died = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _DYING_RELAY], env=environment, check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    assert await positions(owner) == []

    bus = await RabbitBus.connect(rabbit, prefix=bus_prefix)
    await eventually(lambda: relay_events(postgres, bus), within=20)
    got: list[Event] = []

    async def listen(body: bytes) -> None:
        got.append(Event.model_validate_json(body))

    await bus.consume(EVENTS, listen, prefetch=1)
    await eventually(lambda: len(got) == 2)
    await bus.close()
    assert [event.id for event in got] == [event_id, event_id]
    assert await positions(owner) == [(1, event_id)]


async def test_events_are_relayed_oldest_first(postgres: Postgres, owner: Owner, client_id: UUID) -> None:
    told = [await append(postgres, client_id, reason) for reason in ("first", "second", "third")]
    await relay_events(postgres, MemoryBus())
    assert [event_id for _, event_id in await positions(owner)] == told
