"""The ingest service: uploads, batches and the events of both."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from services.ingest.deliver_webhooks import WebhookDelivery
from services.ingest.event_feed import EventFeed
from services.ingest.routes import batches, events, looks, partials, uploads, webhooks
from services.ingest.subscribers import subscribe
from services.ingest.upload_slots import UploadSlots
from shared.bus import Bus, connect_bus
from shared.duty import Duty
from shared.http import create_service
from shared.outbox import relay_events
from shared.postgres import Postgres
from shared.ready import bus_check, database_check, duties_check
from shared.settings import Settings
from shared.telemetry import configure_logging
from shared.vault import Vault
from shared.wire import Wire

# Events wake it; it looks by itself for what is due again.
_WEBHOOKS_EVERY = 5


def create_app(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """Return the service; without a bus it connects to the settings' own, and closes it at the end."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings)
        async with AsyncExitStack() as stack:
            postgres = await Postgres.connect(settings, "ingest")
            stack.push_async_callback(postgres.close)
            used_bus = bus
            if used_bus is None:
                used_bus = await connect_bus(settings)
                stack.push_async_callback(used_bus.close)
            await _start(app, settings, postgres, bus=used_bus, stack=stack)
            yield

    return create_service(
        "Leadledger ingest",
        routers=[
            partials.router,
            uploads.router,
            looks.router,
            batches.router,
            events.router,
            webhooks.router,
        ],
        lifespan=lifespan,
    )


async def _start(app: FastAPI, settings: Settings, postgres: Postgres, *, bus: Bus, stack: AsyncExitStack) -> None:
    feed = EventFeed(postgres)
    following = Duty("events", feed.work, interval=settings.duty_interval_seconds)
    relay = Duty("relay", lambda: relay_events(postgres, bus), interval=settings.duty_interval_seconds)
    app.state.postgres, app.state.bus, app.state.settings = postgres, bus, settings
    app.state.feed, app.state.relay = feed, relay
    vault, wire = Vault(settings.secret_key), Wire(allow_private=settings.allow_private_addresses)
    stack.push_async_callback(wire.close)
    delivery = WebhookDelivery(postgres, vault, wire)
    stack.push_async_callback(delivery.close)
    webhooks_duty = Duty("webhooks", delivery.work, interval=settings.duty_interval_seconds * _WEBHOOKS_EVERY)
    app.state.vault, app.state.wire = vault, wire
    app.state.upload_slots = UploadSlots(settings.upload_max_concurrent)
    app.state.checks = {
        "database": database_check(postgres),
        "bus": bus_check(bus),
        "duties": duties_check(relay, following, webhooks_duty),
    }
    for duty in (relay, following, webhooks_duty):
        duty.start()
        stack.push_async_callback(duty.stop)
    await subscribe(bus, following, webhooks_duty)
    stack.callback(feed.close)
    stack.callback(asyncio.create_task(feed.close_with_server()).cancel)


app = create_app(Settings())
