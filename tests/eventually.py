"""Waiting on conditions, never on the clock."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def eventually(condition: Callable[[], object | Awaitable[object]], *, within: float = 10.0) -> None:
    """Return when the condition holds; raises AssertionError, naming it, if it does not in time (seconds)."""
    deadline = time.monotonic() + within
    while True:
        found = condition()
        if isinstance(found, Awaitable):
            found = await found
        if found:
            return
        if time.monotonic() > deadline:
            raise AssertionError(f"Did not come true within {within} s: {condition!r}")
        await asyncio.sleep(0.01)
