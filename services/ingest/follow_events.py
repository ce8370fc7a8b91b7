"""Follow the events of a client: first what is in the log, then what happens; none left out, none twice."""

from collections.abc import AsyncIterator
from uuid import UUID

from services.ingest.event_feed import EventFeed, Published, Wanted
from services.ingest.store import events as store
from shared.outbox import event_of
from shared.postgres import Postgres

_PAGE = 200


async def position_now(postgres: Postgres) -> int:
    """Return the position of the newest published event."""
    async with postgres.duties() as connection:
        return await store.last_position(connection)


async def follow_events(postgres: Postgres, feed: EventFeed, wanted: Wanted, *, after: int) -> AsyncIterator[Published]:
    """Yield events behind a position until the feed closes.

    Each round subscribes first and reads the log then, so an event is in the one or the other; what is in both
    is known by its position. A subscriber too slow for the live events starts a new round.
    """
    while not feed.is_closed:
        async with feed.subscription(wanted) as subscription:
            async for published in _logged(postgres, wanted, after):
                after = published.position
                yield published
            async for published in subscription.events():
                if published.position > after:
                    after = published.position
                    yield published


async def _logged(postgres: Postgres, wanted: Wanted, after: int) -> AsyncIterator[Published]:
    while True:
        page = await _page(postgres, wanted, after)
        for published in page:
            yield published
        if len(page) < _PAGE:
            return
        after = page[-1].position


async def _page(postgres: Postgres, wanted: Wanted, after: int) -> list[Published]:
    client_id: UUID = wanted.client_id
    async with postgres.tenant(client_id) as connection:
        rows = await store.list_wanted(
            connection,
            client_id,
            after=after,
            batch_id=wanted.batch_id,
            types=sorted(wanted.types),
            limit=_PAGE,
        )
    events = [(row["position"], event_of(row)) for row in rows]
    return [Published(position=position, event=event, json=event.to_json().decode()) for position, event in events]
