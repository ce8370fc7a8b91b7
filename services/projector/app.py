"""The projector, wired."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI

from services.projector.apply_rules import apply_promoted_rules
from services.projector.reconcile import project_completions
from services.projector.routes import costs, customers, drafts, exports, filters, leads, projections, rules, verdicts
from services.projector.rules import Rules, load_rules
from services.projector.subscribers import subscribe
from services.projector.take_customers import take_missed_customers
from shared.bus import Bus, connect_bus
from shared.duty import Duty
from shared.http import create_service
from shared.outbox import relay_events
from shared.postgres import Postgres
from shared.ready import bus_check, database_check, duties_check
from shared.settings import Settings
from shared.telemetry import configure_logging

_RECONCILE_SECONDS = 5.0


def create_app(settings: Settings, bus: Bus | None = None) -> FastAPI:
    """Return the projector's application; without a bus it connects to the one the settings name."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings)
        async with AsyncExitStack() as stack:
            postgres = await Postgres.connect(settings, "projector")
            stack.push_async_callback(postgres.close)
            the_bus = bus or await connect_bus(settings)
            if bus is None:
                stack.push_async_callback(the_bus.close)
            builtin = load_rules()
            duties = _duties(settings, postgres, the_bus, rules=builtin)
            app.state.settings, app.state.postgres, app.state.bus = settings, postgres, the_bus
            app.state.rules = builtin
            app.state.checks = {
                "database": database_check(postgres),
                "bus": bus_check(the_bus),
                "duties": duties_check(*duties),
            }
            await subscribe(the_bus, postgres, builtin)
            for duty in duties:
                duty.start()
                stack.push_async_callback(duty.stop)
            stack.push_async_callback(the_bus.stop)
            yield

    return create_service(
        "Leadledger projector",
        routers=[
            *(leads.router, exports.router, filters.router, costs.router),
            *(customers.router, projections.router, drafts.router, rules.router, verdicts.router),
        ],
        lifespan=lifespan,
    )


def _duties(settings: Settings, postgres: Postgres, bus: Bus, *, rules: Rules) -> list[Duty]:
    pause = min(_RECONCILE_SECONDS, settings.lease_seconds)
    return [
        Duty("relay", lambda: relay_events(postgres, bus), interval=settings.duty_interval_seconds),
        Duty("reconcile", lambda: project_completions(postgres, rules, quiet_seconds=pause), interval=pause),
        Duty("customers", lambda: take_missed_customers(postgres, quiet_seconds=pause), interval=pause),
        Duty("apply rules", lambda: apply_promoted_rules(postgres, rules), interval=pause),
    ]


app = create_app(Settings())
