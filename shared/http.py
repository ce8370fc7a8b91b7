"""The edge every service shares: problem documents, trace context, request metrics, health."""

import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

import asyncpg
import structlog
from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, Histogram, generate_latest
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import BadInput, Problem, Unavailable
from shared.postgres import AWAY
from shared.telemetry import span, trace_id

_log = structlog.get_logger()

REQUEST_SECONDS = Histogram("leadledger_request_seconds", "Time to answer a request", ["method", "route", "status"])

Check = Callable[[], Awaitable[str | None]]
"""Returns what is wrong, or None."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_service(title: str, *, routers: Sequence[APIRouter], lifespan: Lifespan) -> FastAPI:
    """Return an application with the shared edge around the routers.

    The lifespan must set `app.state.postgres` and `app.state.checks` (name -> Check), read by /readyz.
    """
    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        responses={"4XX": {"description": "A problem document", "content": {"application/problem+json": {}}}},
    )
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    for away in (*AWAY, asyncpg.InsufficientResourcesError):
        app.add_exception_handler(away, _away)
    for router in routers:
        app.include_router(router)
    app.include_router(health)
    app.add_middleware(RequestContext)
    return app


class RequestContext:
    """Runs each request under a span continued from `traceparent`, times it, and answers what nobody expected."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; anything else passes through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-trace-id", (trace_id() or "").encode())]
            await send(message)

        with span(f"{scope['method']} {scope['path']}", parent or None):
            try:
                await self._app(scope, receive, sending)
            except Exception:
                # Here, not in the framework's outermost layer: the answer needs the trace id to quote.
                _log.exception("request failed")
                if status:
                    raise
                await problem_response(Request(scope), Problem(_FAULT))(scope, receive, sending)
            finally:
                route = getattr(scope.get("route"), "path", "unmatched")
                REQUEST_SECONDS.labels(scope["method"], route, status).observe(time.perf_counter() - started)


def problem_response(request: Request, problem: Problem) -> Response:
    """Return a problem as RFC 9457 wants it, with the trace id to quote."""
    document = {**problem.document(request.url.path), "trace_id": trace_id()}
    headers = {}
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "5"
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(document, problem.status, headers, "application/problem+json")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for it
    return problem_response(request, error)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for it
    errors = [{"at": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
    listed = "; ".join(f"{each['at']}: {each['message']}" for each in errors)
    return problem_response(request, _Invalid(f"Mend these and send it again: {listed}", errors=errors))


class _Invalid(BadInput):
    status = 422
    slug = "invalid-request"
    title = "The request does not fit the API"


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for it
    refusal = Problem(f"{error.detail}: {request.method} {request.url.path}. The API is described at /docs.")
    phrase = HTTPStatus(error.status_code).phrase
    document = refusal.document(request.url.path) | {
        "type": f"urn:leadledger:problem:{phrase.lower().replace(' ', '-')}",
        "title": phrase,
        "status": error.status_code,
        "trace_id": trace_id(),
    }
    return JSONResponse(document, error.status_code, error.headers, "application/problem+json")


async def _away(request: Request, error: Exception) -> Response:
    _log.warning("a dependency is away", exc_info=error)
    return problem_response(request, Unavailable("A part the service needs is away; try again in a moment."))


_FAULT = "This is a fault of ours; nothing is half done. Quote the trace id."


health = APIRouter(tags=["health"])


@health.get("/healthz", summary="Is the process alive?")
async def healthz() -> dict[str, str]:
    """Answer while the process lives, whatever else is down."""
    return {"status": "ok"}


@health.get("/readyz", summary="Can the service do its work?")
async def readyz(request: Request) -> JSONResponse:
    """Answer 200 if everything needed is there, else 503 with what is missing."""
    checks: dict[str, Check] = request.app.state.checks
    found = {name: await check() for name, check in checks.items()}
    ready = not any(found.values())
    return JSONResponse({"ready": ready, "checks": {k: v or "ok" for k, v in found.items()}}, 200 if ready else 503)


@health.get("/metrics", summary="Prometheus metrics", include_in_schema=False)
async def metrics() -> Response:
    """Return this process's metrics."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
