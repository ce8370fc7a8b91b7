"""A small service with the shared edge, to test the edge itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import asyncpg
import httpx
from fastapi import APIRouter, FastAPI, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from shared.auth import Launcher, Reader
from shared.errors import Conflict, NotFound
from shared.http import create_service
from shared.idempotency import IdempotencyKey
from shared.postgres import Postgres
from shared.ready import database_check
from shared.settings import Settings
from shared.telemetry import configure_logging, trace_id, traceparent

router = APIRouter()


class Order(BaseModel):
    """What POST /orders takes."""

    items: int


@router.get("/me")
async def me(caller: Reader) -> dict[str, str]:
    """Say who calls."""
    return {"client_id": str(caller.client_id), "key_id": str(caller.key_id)}


@router.post("/orders", status_code=202)
async def order(caller: Launcher, body: Order, key: IdempotencyKey = None) -> dict[str, object]:
    """Echo."""
    return {"items": body.items, "key": key}


@router.get("/trace")
async def trace() -> dict[str, str | None]:
    """Say under which trace it runs."""
    return {"trace_id": trace_id(), "traceparent": traceparent()}


@router.get("/refused/{how}")
async def refused(how: str, limit: Annotated[int, Query(ge=1)] = 1) -> dict[str, str]:
    """Fail as asked."""
    failures: dict[str, Exception] = {
        "not-found": NotFound("No such batch."),
        "conflict": Conflict("The batch runs.", batch_state="running"),
        "bug": ZeroDivisionError("canary-in-the-error"),
        "full": asyncpg.DiskFullError("no space left"),
    }
    raise failures[how]


@router.get("/half")
async def half() -> StreamingResponse:
    """Fail in the middle of an answer."""

    async def parts() -> AsyncIterator[bytes]:
        yield b"half"
        raise ZeroDivisionError

    return StreamingResponse(parts())


def create_app(settings: Settings) -> FastAPI:
    """Return the service."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_logging(settings)
        app.state.postgres = await Postgres.connect(settings, "ingest")
        app.state.checks = {"database": database_check(app.state.postgres)}
        yield
        await app.state.postgres.close()

    return create_service("test", routers=[router], lifespan=lifespan)


@asynccontextmanager
async def serving(settings: Settings, *, raising: bool = False) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of a running service; `raising` shows what the server would see of a broken answer."""
    app = create_app(settings)
    transport = httpx.ASGITransport(app, raise_app_exceptions=raising)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client


def bearer(key: str) -> dict[str, str]:
    """Return the headers that carry the key."""
    return {"Authorization": f"Bearer {key}"}
