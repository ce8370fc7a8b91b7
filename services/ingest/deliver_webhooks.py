"""Deliver events to webhooks: at least once each, begun in their order, and no webhook in another's way."""

import asyncio
from uuid import UUID

import asyncpg
import structlog

from services.ingest.send_webhook import DEADLINE_SECONDS, send
from services.ingest.store import webhooks as store
from shared.errors import Unavailable
from shared.failpoints import failpoint
from shared.outbox import event_of
from shared.postgres import Postgres
from shared.vault import Vault
from shared.wire import Wire

_log = structlog.get_logger()

_EVENTS_AT_ONCE = 500
_MOST_AT_ONCE = 8
_MOST_IN_FLIGHT = 200
_LEASE_SECONDS = DEADLINE_SECONDS * 3

# After the nth attempt; what was not taken after the last is given up.
_WAIT_SECONDS = (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)

_GONE = 410


class WebhookDelivery:
    """Sends what is due. `work` is the duty; each event is sent beside the others, so that a slow one holds none up."""

    def __init__(self, postgres: Postgres, vault: Vault, wire: Wire) -> None:
        self._postgres = postgres
        self._vault = vault
        self._wire = wire
        self._sending: set[asyncio.Task[None]] = set()

    async def work(self) -> int:
        """Begin to send what is due; return how much."""
        if len(self._sending) >= _MOST_IN_FLIGHT:
            return 0
        async with self._postgres.duties() as connection:
            clients = await store.clients_with_work(connection)
        return sum([await self._begin(client_id) for client_id in clients])

    async def _begin(self, client_id: UUID) -> int:
        async with self._postgres.tenant(client_id) as connection:
            await store.insert_deliveries(connection, client_id, most=_EVENTS_AT_ONCE)
            claimed = await store.claim_deliveries(
                connection, client_id, most_at_once=_MOST_AT_ONCE, lease_seconds=_LEASE_SECONDS
            )
        for row in sorted(claimed, key=lambda each: each["event_id"]):
            task = asyncio.create_task(self._deliver(client_id, row))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        return len(claimed)

    async def _deliver(self, client_id: UUID, row: asyncpg.Record) -> None:
        """Send, and note how it went; what is not noted, for whatever reason, is sent again when its lease ends."""
        key = store.DeliveryKey(client_id=client_id, webhook_id=row["webhook_id"], event_id=row["event_id"])
        try:
            secret = self._vault.unlock(row["secret"])["secret"]
            attempt = await send(self._wire, url=row["url"], secret=secret, event=event_of(row))
            failpoint("ingest.webhook_sent_before_mark")
            async with self._postgres.tenant(client_id) as connection:
                if attempt.error is None:
                    await store.mark_delivered(connection, key, attempt)
                    return
                waits = _WAIT_SECONDS[row["attempts"] - 1 : row["attempts"]]
                await store.mark_failed(connection, key, attempt, wait_seconds=waits[0] if waits else None)
                if attempt.status == _GONE:
                    reason = "it answered 410 Gone"
                    await store.set_state(connection, client_id, key.webhook_id, state="disabled", reason=reason)
        except (Unavailable, OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("a delivery is tried again", webhook_id=str(key.webhook_id), exc_info=error)

    async def close(self) -> None:
        """Wait a moment for what is being sent; what does not end is sent again by whoever comes next."""
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=2)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
