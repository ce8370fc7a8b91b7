"""What the providers are still working on: when it is done it is charged, and whoever is to be told is called."""

import asyncio
import ipaddress
import time
from urllib.parse import urlsplit

import httpx

from services.sandbox.answer import Callback, Work
from services.sandbox.ledger import Entry, Ledger

DONE = "DONE"
"""In the ledger, the method of what is no call: work that ended, with its charges."""

_A_MOMENT_SECONDS = 0.01
_PATIENCE_SECONDS = 10.0
_AGAIN_SECONDS = 0.5
_TRIES = 30


class Works:
    """The work under way in this process; a sandbox that is killed forgets it, as a provider would not."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._works: dict[str, tuple[float, Work]] = {}
        self._done: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, work: Work, entry: Entry) -> None:
        """Take on a work; `entry` is the call it came by."""
        self._works[work.id] = (time.monotonic() + work.seconds, work)
        task = asyncio.create_task(self._end(work, entry))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def left(self, work_id: str) -> float | None:
        """Return the seconds until the work is done, 0 when it is; None if there is no such work."""
        if work_id not in self._works:
            return None
        # Not done before it is in the ledger: whoever is told a result finds it charged.
        return 0.0 if work_id in self._done else max(_A_MOMENT_SECONDS, self._works[work_id][0] - time.monotonic())

    def result(self, work_id: str) -> object:
        """Return what came of the work."""
        return self._works[work_id][1].result

    def told(self) -> list[dict[str, object]]:
        """Return every work taken on, with the addresses that are to be called."""
        return [
            {"id": work.id, "left": self.left(work.id), "callbacks": [each.url for each in work.callbacks]}
            for _, work in self._works.values()
        ]

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _end(self, work: Work, entry: Entry) -> None:
        await asyncio.sleep(work.seconds)
        if work.charges:
            done = Entry(
                provider=entry.provider,
                endpoint=entry.endpoint,
                method=DONE,
                received_at=time.time(),
                credential=entry.credential,
                status=entry.status,
                items=work.charges,
            )
            self._ledger.settle(self._ledger.record(done), sent=True)
        self._done.add(work.id)
        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
            for callback in work.callbacks:
                for _ in range(work.times):
                    await _call_back(client, callback)


async def _call_back(client: httpx.AsyncClient, callback: Callback) -> None:
    """Send the callback until it is taken, a few times; to this machine only, whoever else was named."""
    if not _is_here(callback.url):
        return
    for _ in range(_TRIES):
        try:
            if (await client.post(callback.url, content=callback.body, headers=callback.headers)).is_success:
                return
        except httpx.TransportError:
            pass
        await asyncio.sleep(_AGAIN_SECONDS)


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
