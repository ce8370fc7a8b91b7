"""The outbox: events commit with the facts they report, and a relay publishes them, at least once each."""

import asyncio
from uuid import UUID

import asyncpg
import structlog
from prometheus_client import Counter, Gauge

from shared.bus import Bus
from shared.events import BatchEventData, Event, EventData
from shared.failpoints import failpoint
from shared.postgres import Connection, Postgres
from shared.telemetry import traceparent

_log = structlog.get_logger()

_RELAY_LOCK = 7_041_002
_AT_ONCE = 200

PUBLISHED = Counter("leadledger_events_published_total", "Events confirmed by the bus", ["type"])
WAITING = Gauge("leadledger_events_waiting", f"Events that the bus did not take at the last try, {_AT_ONCE} at most")


async def append_event(connection: Connection, service: str, data: EventData) -> UUID:
    """Append an event inside the caller's transaction and return its id."""
    event_id: UUID = await connection.fetchval(
        """
        WITH event AS (
            INSERT INTO outbox (client_id, type, source, batch_id, data, traceparent)
            VALUES ($1, $2, $3, $4, $5, $6)
            RETURNING client_id, event_id
        ), pending AS (
            INSERT INTO outbox_pending (client_id, event_id) SELECT client_id, event_id FROM event
        )
        SELECT event_id FROM event
        """,
        data.client_id,
        data.type,
        f"/leadledger/{service}",
        data.batch_id if isinstance(data, BatchEventData) else None,
        data.model_dump_json().encode(),
        traceparent(),
    )
    return event_id


async def relay_events(postgres: Postgres, bus: Bus) -> int:
    """Publish what is pending, oldest first, and mark it; return how many events were published.

    One relay works at a time over all processes: it alone gives out positions. A crash between the broker's
    word and the mark publishes again.
    """
    async with postgres.duties() as connection, connection.transaction():
        alone = await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _RELAY_LOCK)
        events = await _pending(connection) if alone else []
        outcomes = await asyncio.gather(*(bus.publish(event) for event in events), return_exceptions=True)
        published = [event for event, outcome in zip(events, outcomes, strict=True) if outcome is None]
        if published:
            failpoint("outbox.published_before_mark")
            await _mark(connection, published)
    _report(published, [outcome for outcome in outcomes if outcome is not None])
    return len(published)


def _report(published: list[Event], failures: list[BaseException]) -> None:
    for event in published:
        PUBLISHED.labels(event.type).inc()
    WAITING.set(len(failures))
    if failures:
        _log.warning("events wait for the bus", waiting=len(failures), reason=str(failures[0]))


async def _pending(connection: Connection) -> list[Event]:
    rows = await connection.fetch(
        """
        SELECT outbox.* FROM outbox_pending JOIN outbox USING (client_id, event_id)
        ORDER BY event_id LIMIT $1
        """,
        _AT_ONCE,
    )
    return [event_of(row) for row in rows]


async def _mark(connection: Connection, events: list[Event]) -> None:
    await connection.execute(
        """
        WITH published AS (
            SELECT client_id, event_id, ordinality FROM unnest($1::uuid[], $2::uuid[])
                WITH ORDINALITY AS event (client_id, event_id, ordinality)
        ), marked AS (
            INSERT INTO outbox_publications (client_id, event_id, position)
            SELECT client_id, event_id,
                   ordinality + (SELECT coalesce(max(position), 0) FROM outbox_publications)
            FROM published
        )
        DELETE FROM outbox_pending USING published
        WHERE outbox_pending.client_id = published.client_id AND outbox_pending.event_id = published.event_id
        """,
        [event.clientid for event in events],
        [event.id for event in events],
    )


def event_of(row: asyncpg.Record) -> Event:
    """Return the event that an outbox row holds."""
    return Event(
        id=row["event_id"],
        source=row["source"],
        type=row["type"],
        time=row["occurred_at"],
        clientid=row["client_id"],
        batchid=row["batch_id"],
        traceparent=row["traceparent"],
        data=row["data"],
    )
