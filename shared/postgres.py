"""PostgreSQL: a pool that acts for one client at a time, and one for duties that look across clients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import orjson

from shared.errors import Unavailable
from shared.settings import ServiceName, Settings

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

DUTIES = "leadledger_duties"
ROLES = ("leadledger_ingest", "leadledger_executor", "leadledger_projector", DUTIES)

_ACQUIRE_SECONDS = 10.0
_RELEASE_SECONDS = 2.0
_CLOSE_SECONDS = 5.0

AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a connection cut at the wrong moment answers
    TimeoutError,
)
"""What is raised while the database is down or restarting: the work may be tried again."""


class Postgres:
    """The database as one service sees it."""

    def __init__(self, tenants: Pool, duties: Pool) -> None:
        self._tenants = tenants
        self._duties = duties

    @classmethod
    async def connect(cls, settings: Settings, service: ServiceName) -> "Postgres":
        """Open both pools; raises what asyncpg raises if the server is away or not migrated."""
        tenants = await _open(role_url(settings, f"leadledger_{service}"), settings.pool_size)
        return cls(tenants, await _open(role_url(settings, DUTIES), max(2, settings.pool_size // 2)))

    @asynccontextmanager
    async def tenant(self, client_id: UUID) -> AsyncIterator[Connection]:
        """Yield a connection in a transaction that sees the rows of this client and no others."""
        async with self._acquired(self._tenants) as connection, connection.transaction():
            await connection.execute("SELECT set_config('app.client_id', $1, true)", str(client_id))
            yield connection

    @asynccontextmanager
    async def duties(self) -> AsyncIterator[Connection]:
        """Yield a connection of the background duties, which sees ids and states of every client."""
        async with self._acquired(self._duties) as connection:
            yield connection

    async def ping(self) -> None:
        """Return when the server has answered a query; raises what it raises while it is away."""
        async with self.duties() as connection:
            await connection.fetchval("SELECT 1")

    async def close(self) -> None:
        """Close both pools; connections that do not end in time are cut."""
        for pool in (self._tenants, self._duties):
            try:
                await asyncio.wait_for(pool.close(), _CLOSE_SECONDS)
            except TimeoutError:
                pool.terminate()

    @asynccontextmanager
    async def _acquired(self, pool: Pool) -> AsyncIterator[Connection]:
        try:
            connection = await pool.acquire(timeout=_ACQUIRE_SECONDS)
        except AWAY as error:
            raise Unavailable("The database can't be reached; try again in a moment.") from error
        try:
            yield connection
        finally:
            await asyncio.shield(pool.release(connection, timeout=_RELEASE_SECONDS))


def role_url(settings: Settings, role: str) -> str:
    """Return the owner's address with the user (and password) replaced by the role's."""
    parts = urlsplit(settings.database_url)
    password = settings.service_password
    login = quote(role) if password is None else f"{quote(role)}:{quote(password.get_secret_value(), safe='')}"
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


async def _open(url: str, size: int) -> Pool:
    return await asyncpg.create_pool(
        url, min_size=1, max_size=size, init=_speak_json, reset=_leave_as_it_is, command_timeout=None
    )


async def _leave_as_it_is(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Ask for nothing: whatever a connection is set to ends with its transaction, so there is nothing to reset."""


async def _speak_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    # jsonb's binary form is a version byte and the text: with it COPY works and nothing is parsed twice.
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        format="binary",
        encoder=lambda value: b"\x01" + (value if isinstance(value, bytes) else orjson.dumps(value)),
        decoder=lambda raw: orjson.loads(bytes(raw)[1:]),
    )
