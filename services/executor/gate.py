"""The gate before a provider: how many calls at once, and none at all while it asked for a rest."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.executor.document import ProviderDocument


class Gate:
    """One credential's way to one provider, within this process."""

    def __init__(self, concurrency: int) -> None:
        self._places = asyncio.Semaphore(concurrency)
        self._closed_until = 0.0

    @asynccontextmanager
    async def passage(self) -> AsyncIterator[None]:
        """Hold a place while a call is made."""
        async with self._places:
            yield

    def close_for(self, seconds: float) -> None:
        """Let nobody pass for this long: the provider asked for it."""
        self._closed_until = max(self._closed_until, time.monotonic() + seconds)

    def closed_for(self) -> float:
        """Return the seconds until somebody may pass, 0 if now."""
        return max(0.0, self._closed_until - time.monotonic())


class Gates:
    """The gates of this process, one per client and provider."""

    def __init__(self) -> None:
        self._gates: dict[tuple[UUID, str], Gate] = {}

    def of(self, client_id: UUID, document: ProviderDocument) -> Gate:
        """Return the gate of this client before this provider."""
        key = (client_id, document.name)
        if key not in self._gates:
            self._gates[key] = Gate(document.limits.concurrency)
        return self._gates[key]
