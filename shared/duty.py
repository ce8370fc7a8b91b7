"""A background duty: one thing done again and again, until the service stops."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter

_log = structlog.get_logger()

_LONGEST_WAIT = 5.0

ROUNDS = Counter(
    "leadledger_duty_rounds_total", "Rounds of a background duty: worked, idle, failed", ["duty", "outcome"]
)


class Duty:
    """Calls `work` every `interval` seconds, at once when woken, and again without waiting while it finds work.

    `work` returns how much it did. A failure is logged and tried again, later each time, up to five seconds.
    """

    def __init__(self, name: str, work: Callable[[], Awaitable[int]], *, interval: float) -> None:
        self.name = name
        self.failure: str | None = None
        self._work = work
        self._interval = interval
        self._woken = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run(), name=self.name)

    def wake(self) -> None:
        """Look for work now."""
        self._woken.set()

    async def stop(self) -> None:
        """Finish the round at work and end."""
        self._stopping = True
        self.wake()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        failures = 0
        while not self._stopping:
            try:
                did = await self._work()
            except (Exception, asyncio.CancelledError) as error:
                if _is_cancelled():
                    raise
                did, failures = 0, failures + 1
                self._failed(error, failures)
            else:
                failures, self.failure = 0, None
                ROUNDS.labels(self.name, "worked" if did else "idle").inc()
            if not did:
                await self._wait(min(self._interval * 2**failures, max(_LONGEST_WAIT, self._interval)))

    def _failed(self, error: BaseException, failures: int) -> None:
        self.failure = repr(error)
        ROUNDS.labels(self.name, "failed").inc()
        _log.warning("duty failed", duty=self.name, failures=failures, exc_info=error)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            pass
        self._woken.clear()


def _is_cancelled() -> bool:
    # Libraries raise CancelledError when a connection dies under a call; only our own cancellation ends the duty.
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
