"""SQL of webhooks: where events are sent, and which are still to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryKey:
    """Which event goes to which webhook."""

    client_id: UUID
    webhook_id: UUID
    event_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """How it went to send an event; `error` is None only if it was taken."""

    status: int | None
    error: str | None
    milliseconds: int


async def insert_webhook(
    connection: Connection, client_id: UUID, *, url: str, types: Sequence[str], secret: bytes, made_by: UUID
) -> UUID:
    """Insert a webhook for the events published from now on; return its id."""
    webhook_id: UUID = await connection.fetchval(
        """
        INSERT INTO webhooks (client_id, url, types, secret, made_by, position)
        SELECT $1, $2, $3, $4, $5, coalesce(max(position), 0) FROM outbox_publications WHERE client_id = $1
        RETURNING webhook_id
        """,
        client_id,
        url,
        types,
        secret,
        made_by,
    )
    return webhook_id


async def list_webhooks(
    connection: Connection, client_id: UUID, *, only: UUID | None = None
) -> Sequence[asyncpg.Record]:
    """Return the client's webhooks, or only this one, the oldest first, with how many events wait for each."""
    return await connection.fetch(
        """
        SELECT webhook_id, url, types, secret, state, disabled_reason, failing_since, made_at,
               (SELECT count(*) FROM webhook_deliveries AS delivery
                WHERE delivery.client_id = $1 AND delivery.webhook_id = webhooks.webhook_id
                  AND delivery.state IN ('waiting', 'sending')) AS waiting
        FROM webhooks
        WHERE client_id = $1 AND state <> 'deleted' AND ($2::uuid IS NULL OR webhook_id = $2)
        ORDER BY webhook_id
        """,
        client_id,
        only,
    )


async def set_state(
    connection: Connection, client_id: UUID, webhook_id: UUID, *, state: str, reason: str | None = None
) -> bool:
    """Enable, disable or delete a webhook, with no failure counted; return whether it is there."""
    found = await connection.fetchval(
        """
        UPDATE webhooks
        SET state = $3, disabled_reason = $4, failures = 0, failing_since = NULL, rests_until = '-infinity',
            secret = CASE WHEN $3 = 'deleted' THEN '' ELSE secret END
        WHERE client_id = $1 AND webhook_id = $2 AND state <> 'deleted' RETURNING true
        """,
        client_id,
        webhook_id,
        state,
        reason,
    )
    return bool(found)


async def list_deliveries(
    connection: Connection, client_id: UUID, webhook_id: UUID, *, before: int | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Return a webhook's deliveries, the newest event first: those of events before a position, if one is given."""
    return await connection.fetch(
        """
        SELECT delivery.event_id, delivery.position, outbox.type, outbox.batch_id, delivery.state, delivery.attempts,
               delivery.status, delivery.error, delivery.milliseconds, delivery.attempted_at,
               CASE WHEN delivery.state IN ('waiting', 'sending') THEN delivery.run_at END AS next_at
        FROM webhook_deliveries AS delivery
        JOIN outbox ON outbox.client_id = $1 AND outbox.event_id = delivery.event_id
        WHERE delivery.client_id = $1 AND delivery.webhook_id = $2 AND ($3::bigint IS NULL OR delivery.position < $3)
        ORDER BY delivery.position DESC LIMIT $4
        """,
        client_id,
        webhook_id,
        before,
        limit,
    )


async def clients_with_work(connection: Connection) -> list[UUID]:
    """Return whose webhooks have events that are new or due. For the duties' role."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT client_id FROM webhooks
        WHERE state = 'enabled' AND rests_until <= clock_timestamp()
          AND (position < (SELECT max(published.position) FROM outbox_publications AS published
                           WHERE published.client_id = webhooks.client_id)
               OR EXISTS (SELECT FROM webhook_deliveries AS delivery
                          WHERE delivery.client_id = webhooks.client_id AND delivery.webhook_id = webhooks.webhook_id
                            AND delivery.state IN ('waiting', 'sending') AND delivery.run_at <= clock_timestamp()))
        """
    )
    return [row["client_id"] for row in rows]


async def insert_deliveries(connection: Connection, client_id: UUID, *, most: int) -> None:
    """Give each webhook the deliveries of what was published since its position: of so many events at most."""
    await connection.execute(
        """
        WITH behind AS (
            SELECT webhook_id, types, position FROM webhooks
            WHERE client_id = $1 AND state = 'enabled' ORDER BY webhook_id FOR UPDATE
        ), published AS (
            SELECT behind.webhook_id, behind.types, event.event_id, event.position
            FROM behind
            CROSS JOIN LATERAL (
                SELECT event_id, position FROM outbox_publications
                WHERE client_id = $1 AND position > behind.position ORDER BY position LIMIT $2
            ) AS event
        ), inserted AS (
            INSERT INTO webhook_deliveries (client_id, webhook_id, event_id, position)
            SELECT $1, published.webhook_id, published.event_id, published.position
            FROM published JOIN outbox ON outbox.client_id = $1 AND outbox.event_id = published.event_id
            WHERE published.types = '{}' OR outbox.type = ANY (published.types)
            ON CONFLICT DO NOTHING
        )
        UPDATE webhooks SET position = reached.position
        FROM (SELECT webhook_id, max(position) AS position FROM published GROUP BY webhook_id) AS reached
        WHERE webhooks.client_id = $1 AND webhooks.webhook_id = reached.webhook_id
        """,
        client_id,
        most,
    )


async def claim_deliveries(
    connection: Connection, client_id: UUID, *, most_at_once: int, lease_seconds: float
) -> Sequence[asyncpg.Record]:
    """Claim what is due, in the order of events: so many at once for each webhook, one for a webhook that fails.

    Returns webhook_id, url, secret, attempts and the event's columns.
    """
    return await connection.fetch(
        """
        WITH due AS (
            SELECT webhook.webhook_id, webhook.url, webhook.secret, delivery.event_id
            FROM webhooks AS webhook
            CROSS JOIN LATERAL (
                SELECT event_id FROM webhook_deliveries
                WHERE client_id = $1 AND webhook_id = webhook.webhook_id
                  AND state IN ('waiting', 'sending') AND run_at <= clock_timestamp()
                ORDER BY position
                LIMIT greatest(0, CASE WHEN webhook.failures = 0 THEN $2 ELSE 1 END - (
                    SELECT count(*) FROM webhook_deliveries AS other
                    WHERE other.client_id = $1 AND other.webhook_id = webhook.webhook_id
                      AND other.state = 'sending' AND other.run_at > clock_timestamp()))
                FOR UPDATE SKIP LOCKED
            ) AS delivery
            WHERE webhook.client_id = $1 AND webhook.state = 'enabled' AND webhook.rests_until <= clock_timestamp()
        )
        UPDATE webhook_deliveries AS delivery
        SET state = 'sending', attempts = attempts + 1, run_at = clock_timestamp() + make_interval(secs => $3)
        FROM due JOIN outbox ON outbox.client_id = $1 AND outbox.event_id = due.event_id
        WHERE delivery.client_id = $1 AND delivery.webhook_id = due.webhook_id AND delivery.event_id = due.event_id
        RETURNING due.webhook_id, due.url, due.secret, delivery.attempts, outbox.*
        """,
        client_id,
        most_at_once,
        lease_seconds,
    )


async def mark_delivered(connection: Connection, key: DeliveryKey, attempt: Attempt) -> None:
    """Note that the event was taken; the webhook does not fail any more."""
    await _note(connection, key, attempt, state="delivered")
    await connection.execute(
        """
        UPDATE webhooks SET failures = 0, failing_since = NULL, rests_until = '-infinity'
        WHERE client_id = $1 AND webhook_id = $2 AND failures > 0
        """,
        key.client_id,
        key.webhook_id,
    )


async def mark_failed(
    connection: Connection, key: DeliveryKey, attempt: Attempt, *, wait_seconds: float | None
) -> None:
    """Note that the event was not taken, and that it is due again after a while; None: it is given up.

    The webhook rests a moment, longer each time, and is disabled after failing for days.
    """
    state = "given up" if wait_seconds is None else "waiting"
    await _note(connection, key, attempt, state=state, wait_seconds=wait_seconds or 0)
    await connection.execute(
        """
        UPDATE webhooks
        SET failures = failures + 1, failing_since = coalesce(failing_since, clock_timestamp()),
            rests_until = clock_timestamp() + make_interval(secs => least(2 ^ least(failures, 12), 900)),
            state = CASE WHEN failing_since < clock_timestamp() - interval '5 days' THEN 'disabled' ELSE state END,
            disabled_reason = CASE WHEN failing_since < clock_timestamp() - interval '5 days'
                                   THEN 'it took nothing for 5 days; the last time: ' || $3 END
        WHERE client_id = $1 AND webhook_id = $2 AND state = 'enabled'
        """,
        key.client_id,
        key.webhook_id,
        attempt.error,
    )


async def _note(
    connection: Connection, key: DeliveryKey, attempt: Attempt, *, state: str, wait_seconds: float = 0
) -> None:
    await connection.execute(
        """
        UPDATE webhook_deliveries
        SET state = $4, status = $5, error = $6, milliseconds = $7, attempted_at = clock_timestamp(),
            run_at = clock_timestamp() + make_interval(secs => $8)
        WHERE client_id = $1 AND webhook_id = $2 AND event_id = $3 AND state = 'sending'
        """,
        key.client_id,
        key.webhook_id,
        key.event_id,
        state,
        attempt.status,
        attempt.error,
        attempt.milliseconds,
        wait_seconds,
    )
