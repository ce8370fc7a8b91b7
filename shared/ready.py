"""What /readyz asks: is the database there, is the bus there, do the duties do their work."""

import asyncio

import asyncpg

from shared.bus import Bus
from shared.duty import Duty
from shared.errors import Unavailable
from shared.http import Check
from shared.postgres import AWAY, Postgres

_PATIENCE_SECONDS = 2.0


def database_check(postgres: Postgres) -> Check:
    """Return a check that one query is answered in time."""

    async def check() -> str | None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await postgres.ping()
        except (*AWAY, Unavailable, asyncpg.PostgresError) as error:
            return f"The database does not answer: {error!r}"
        return None

    return check


def bus_check(bus: Bus) -> Check:
    """Return a check of the connection to the broker."""

    async def check() -> str | None:
        return bus.problem()

    return check


def duties_check(*duties: Duty) -> Check:
    """Return a check that the last round of each duty succeeded."""

    async def check() -> str | None:
        return "; ".join(f"{duty.name}: {duty.failure}" for duty in duties if duty.failure) or None

    return check
