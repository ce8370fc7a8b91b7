"""All of it in one process: the three services at one origin, a bus in memory, an embedded PostgreSQL.

Everything durable stands in the data directory, so a killed server goes on where it was when started again.
"""

import asyncio
import ipaddress
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import uvicorn
import uvloop
from fastapi import FastAPI

from services import store
from services.data_directory import DataDirectory
from services.executor.app import create_app as create_executor
from services.ingest.app import create_app as create_ingest
from services.merged_openapi import merged_openapi
from services.one_origin import OneOrigin
from services.projector.app import create_app as create_projector
from services.sandbox.app import create_sandbox
from shared.auth import Scope, create_key, digest
from shared.bus import MemoryBus
from shared.duty import Duty
from shared.embedded import EmbeddedPostgres, discard_unfinished
from shared.http import create_service
from shared.migrate import migrate
from shared.ready import duties_check
from shared.settings import Settings

CLIENT = "default"

_CONSOLE = Path(__file__).parent / "console" / "static"
_DATABASE_INTERVAL_SECONDS = 1.0
_GRACE_SECONDS = 3
_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class StartFailed(RuntimeError):  # noqa: N818 - says what is the case
    """The server ended before it was ready."""


def run_standalone(
    directory: DataDirectory,
    settings: Settings,
    listener: socket.socket,
    *,
    sandbox: bool,
    on_ready: Callable[[Settings], None],
) -> None:
    """Serve on the socket until SIGTERM or SIGINT, with the folder's own database; the caller holds the folder.

    `on_ready` is called in a thread, with the settings in force, when requests are answered.
    """
    for each in _SIGNALS:
        signal.signal(each, _interrupt)
    try:
        with embedded_database(directory, _with_own_address(settings, listener)) as (postgres, in_force):
            asyncio.run(_keep_valid_key(directory, in_force))
            application = create_standalone(in_force, postgres, sandbox=sandbox)
            _ignore_signals()  # uvicorn takes them while it serves, and repeats them when it is done
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(_serve(application, listener, lambda: on_ready(in_force)))
    except KeyboardInterrupt:
        return
    except SystemExit as error:
        raise StartFailed("A service could not start; the log above says why.") from error


def _with_own_address(settings: Settings, listener: socket.socket) -> Settings:
    """Let callbacks reach this very server, unless the settings say where it is reached."""
    if "public_url" in settings.model_fields_set:
        return settings
    host, port = listener.getsockname()[:2]
    if ipaddress.ip_address(host).is_unspecified:
        host = "127.0.0.1"
    return settings.model_copy(update={"public_url": f"http://{host}:{port}"})


@contextmanager
def embedded_database(directory: DataDirectory, settings: Settings) -> Iterator[tuple[EmbeddedPostgres, Settings]]:
    """Run the PostgreSQL of the folder, which the caller holds; yield it, migrated, and settings that point to it."""
    discard_unfinished(directory.path)
    postgres = EmbeddedPostgres(directory.path)
    try:
        asyncio.run(_make_database(postgres.url))
        changes = {
            "database_url": urlunsplit(urlsplit(postgres.url)._replace(path="/leadledger")),
            "service_password": None,
            "bus_url": "memory:",
            "secret_key": settings.secret_key or directory.secret_key(),
        }
        in_force = settings.model_copy(update=changes)
        migrate(in_force)
        yield postgres, in_force
    finally:
        postgres.stop()


def create_standalone(settings: Settings, postgres: EmbeddedPostgres, *, sandbox: bool) -> OneOrigin:
    """Return the services as one application; with `sandbox`, imitated providers stand under /sandbox."""
    bus = MemoryBus()
    # The executor starts last and so stops first: it tells the chunks at work to come to an end.
    services = [create(settings, bus) for create in (create_ingest, create_projector, create_executor)]
    imitations = create_sandbox() if sandbox else None

    @asynccontextmanager
    async def lifespan(edge: FastAPI) -> AsyncIterator[None]:
        guard = Duty("postgres", lambda: _restart_if_dead(postgres), interval=_DATABASE_INTERVAL_SECONDS)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(bus.close)
            for service in [*services, *([imitations] if imitations else [])]:
                await stack.enter_async_context(service.router.lifespan_context(service))
            edge.state.checks = {
                f"{service.title.split()[-1]}.{name}": check
                for service in services
                for name, check in service.state.checks.items()
            } | {"postgres": duties_check(guard)}
            guard.start()
            stack.push_async_callback(guard.stop)
            yield

    edge = create_service("Leadledger", routers=[], lifespan=lifespan)
    # FastAPI's own way to give another document.
    edge.openapi = lambda: merged_openapi(services)  # type: ignore[method-assign]
    if imitations is not None:
        edge.mount("/sandbox", imitations)
    return OneOrigin([edge, *services], files=_CONSOLE)


async def _make_database(url: str) -> None:
    owner = await asyncpg.connect(url)
    try:
        await store.make_database(owner)
    finally:
        await owner.close()


async def _keep_valid_key(directory: DataDirectory, settings: Settings) -> None:
    """Give the folder an administrator's key, unless it has one that is valid."""
    owner = await asyncpg.connect(settings.database_url)
    try:
        key = directory.api_key()
        if key is None or not await store.is_valid_key(owner, digest(key)):
            made = await create_key(owner, client=CLIENT, name="administrator", scopes=frozenset({Scope.ADMIN}))
            directory.keep_api_key(made)
    finally:
        await owner.close()


async def _serve(application: OneOrigin, listener: socket.socket, on_ready: Callable[[], None]) -> None:
    config = uvicorn.Config(application, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE_SECONDS)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listener]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells it by a flag only
        await asyncio.sleep(0.01)
    try:
        if server.started and not server.should_exit:
            await asyncio.to_thread(on_ready)
    except BaseException:
        server.should_exit = True
        raise
    finally:
        await serving


async def _restart_if_dead(postgres: EmbeddedPostgres) -> int:
    """Start the database again after it was killed; a pool connects again by itself."""
    if postgres.is_running():
        return 0
    await asyncio.to_thread(postgres.start)
    return 1


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """End what is under way, once: nothing may interrupt the end itself."""
    _ignore_signals()
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
