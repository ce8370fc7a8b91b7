"""The executor, wired."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from services.executor.callback_routes import router as callback_router
from services.executor.compiled import compile_provider
from services.executor.control_routes import router as control_router
from services.executor.dispatch import dispatch, take_back
from services.executor.estimate_routes import router as estimate_router
from services.executor.gate import Gates
from services.executor.known_providers import KnownProviders
from services.executor.provider_routes import router as provider_router
from services.executor.registry import Registry, load_registry
from services.executor.routes import router
from services.executor.run_chunk import Executor
from services.executor.shape_routes import router as shape_router
from services.executor.start_run import start_missing_runs
from services.executor.store.documents import publish_builtin
from services.executor.subscribers import subscribe
from services.executor.workflow_routes import router as workflow_router
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

_RECONCILE_SECONDS = 5.0
_ROUTERS = (
    provider_router, workflow_router, router, shape_router, control_router, estimate_router, callback_router
)  # fmt: skip


def create_app(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """Return the executor's application; without a bus it connects to the one the settings name."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings)
        async with AsyncExitStack() as stack:
            postgres = await Postgres.connect(settings, "executor")
            stack.push_async_callback(postgres.close)
            the_bus = bus or await connect_bus(settings)
            if bus is None:
                stack.push_async_callback(the_bus.close)
            registry = load_registry()
            await _publish(postgres, registry)
            executor = _executor(settings, postgres, registry)
            stack.push_async_callback(executor.wire.close)
            stack.push_async_callback(executor.gates.close)
            duties = _duties(settings, postgres, the_bus)
            app.state.settings, app.state.postgres, app.state.bus = settings, postgres, the_bus
            app.state.executor = executor
            app.state.checks = {
                "database": database_check(postgres),
                "bus": bus_check(the_bus),
                "duties": duties_check(*duties),
            }
            await subscribe(the_bus, executor, settings)
            for duty in duties:
                duty.start()
                stack.push_async_callback(duty.stop)
            stack.push_async_callback(the_bus.stop)
            stack.callback(executor.stopping.set)
            yield

    return create_service("Leadledger executor", routers=_ROUTERS, lifespan=lifespan)


async def _publish(postgres: Postgres, registry: Registry) -> None:
    async with postgres.duties() as connection:
        await publish_builtin(
            connection,
            providers=[(each.name, each.version, each.model_dump(mode="json")) for each in registry.providers.values()],
            workflows=[(each.name, each.version, each.model_dump(mode="json")) for each in registry.workflows.values()],
        )


def _executor(settings: Settings, postgres: Postgres, registry: Registry) -> Executor:
    return Executor(
        postgres=postgres,
        wire=Wire(allow_private=settings.allow_private_addresses),
        providers=KnownProviders(
            postgres, {name: compile_provider(document) for name, document in registry.providers.items()}
        ),
        vault=Vault(settings.secret_key),
        gates=Gates(postgres),
        lease_seconds=settings.lease_seconds,
        public_url=settings.public_url,
    )


def _duties(settings: Settings, postgres: Postgres, bus: Bus) -> list[Duty]:
    interval, lease = settings.duty_interval_seconds, settings.lease_seconds
    return [
        Duty("relay", lambda: relay_events(postgres, bus), interval=interval),
        Duty(
            "dispatch",
            lambda: dispatch(postgres, bus, ahead=settings.chunks_ahead, lease_seconds=lease),
            interval=interval,
        ),
        Duty("take back", lambda: take_back(postgres, lease_seconds=lease), interval=lease / 3),
        Duty(
            "reconcile",
            lambda: start_missing_runs(postgres, chunk_items=settings.chunk_items),
            interval=min(_RECONCILE_SECONDS, lease),
        ),
    ]


app = create_app(Settings())
