"""Several applications behind one origin: each request goes to the one that has a route for it."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""Nothing inline and nothing foreign: the pages hold the user's API key."""


class OneOrigin:
    """An ASGI application over others. The first also runs the lifespan and says what is not found.

    A path that none of them has may be a file in the folder `files`; `/` is its index.html.
    """

    def __init__(self, applications: Sequence[FastAPI], *, files: Path | None = None) -> None:
        self._applications = applications
        self._files = StaticFiles(directory=files, html=True) if files else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request on."""
        chosen = self._applications[0]
        if scope["type"] == "http":
            application = self._having(scope) or self._having_with_other_slash(scope)
            if application is None and (file := await self._file(scope)) is not None:
                await file(scope, receive, send)
                return
            chosen = application or chosen
        await chosen(scope, receive, send)

    def _having(self, scope: Scope) -> FastAPI | None:
        """Return the application with this path and method, else one with the path, which then answers 405."""
        other_method = None
        for application in self._applications:
            # A copy, because looking for a route leaves marks in the scope.
            matches = {route.matches(dict(scope))[0] for route in application.routes}
            if Match.FULL in matches:
                return application
            if Match.PARTIAL in matches:
                other_method = other_method or application
        return other_method

    def _having_with_other_slash(self, scope: Scope) -> FastAPI | None:
        """Return the application that would redirect to its path with, or without, the slash at the end."""
        path: str = scope["path"]
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        return self._having({**scope, "path": other}) if other else None

    async def _file(self, scope: Scope) -> Response | None:
        if self._files is None:
            return None
        try:
            file = await self._files.get_response(self._files.get_path(scope), scope)
        except HTTPException:
            return None
        file.headers.update(_PAGE_HEADERS)
        return file
