"""Fixed windows that open at the first request, as the imitated providers count them."""

import time
from collections.abc import Callable

from services.sandbox.answer import Usage


class Rates:
    """Counts requests per window; it refuses nothing, the caller compares `used` with `limit`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._windows: dict[tuple[str, ...], tuple[float, int]] = {}

    def use(self, *who: str, limit: int, window_s: float) -> Usage:
        """Count one request of `who`; the request that comes when `limit` are used has `used` above it."""
        now = self._clock()
        key = (*who, str(window_s))
        opened, used = self._windows.get(key, (now, 0))
        if now - opened >= window_s:
            opened, used = now, 0
        self._windows[key] = (opened, used + 1)
        return Usage(limit=limit, used=used + 1, window_s=window_s, resets_in=opened + window_s - now)

    def clear(self) -> None:
        """Forget every window."""
        self._windows.clear()
