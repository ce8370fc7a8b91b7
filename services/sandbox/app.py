"""The sandbox as an application: run it with `uvicorn services.sandbox.app:app`, or mount it under a prefix."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from services.sandbox.delivery import RAW_SEND
from services.sandbox.door import Books, Door
from services.sandbox.faults import Faults
from services.sandbox.ledger import Ledger
from services.sandbox.providers import all_providers
from services.sandbox.rates import Rates
from services.sandbox.routes import control_routes
from services.sandbox.settings import SandboxSettings
from services.sandbox.works import Works


class Sandbox(FastAPI):
    """A FastAPI application that lets a fault reach the connection beneath it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, keeping the server's own `send` for `close`."""
        scope[RAW_SEND] = send
        await super().__call__(scope, receive, send)


def create_sandbox(settings: SandboxSettings | None = None) -> FastAPI:
    """Make a sandbox; one process each, since ledger and limits live in its memory.

    Mounted in another application, `close` can't reset the connection and breaks the answer off after its headers.
    """
    settings = settings or SandboxSettings()
    ledger = Ledger(settings.ledger_file)
    works = Works(ledger)
    books = Books(ledger=ledger, faults=Faults(seed=settings.seed), rates=Rates(), works=works)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await works.close()
        ledger.close()

    app = Sandbox(title="Leadledger sandbox", lifespan=lifespan)
    for provider in all_providers(seed=settings.seed, history=ledger.tally, bench=works):
        for endpoint in provider.endpoints:
            door = Door(provider, endpoint, books)
            app.router.routes.append(Route(endpoint.path, door, methods=endpoint.methods, include_in_schema=False))
    app.include_router(control_routes(books))
    return app


def __getattr__(name: str) -> FastAPI:
    """Make `app` when a server asks for it, so that importing this module opens no file."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return create_sandbox()
