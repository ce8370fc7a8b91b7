"""The gate before a provider: a client's executors, all together, keep its limits there.

The limits stand in the database (0001_limits.sql), which alone decides. This process holds the places for calls at once
that it was given, as long as it has calls to make, and asks for calls within the windows when some wait to be made:
one round for all that wait, so that no call is granted that nobody makes, and nothing is locked during a call.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import structlog

from services.executor.calls.reply import Reply
from services.executor.document import Limits, ProviderDocument
from services.executor.outcome import Outcome
from services.executor.parked import Parked
from services.executor.queue_before import Queue
from services.executor.rest import Rest, rest_of
from services.executor.store.gates import Ask, Passage, close_gate, pass_gate, pause_gate
from shared.errors import Unavailable
from shared.postgres import AWAY, Postgres

_log = structlog.get_logger()

LONGEST_REST_SECONDS = 5.0
"""A longer wait is not worth a worker: the chunk is parked and comes back when the time is up."""

_ROUND_SECONDS = 1.0  # so often who has places says that it is alive, and hears what others learned
_LEASE_SECONDS = 4.0  # shorter than the database's: whoever was frozen does not use places that others hold now
_SHORTEST_WAIT_SECONDS = 0.02
_STARVED_SECONDS = 0.1  # so often who has less than it wants looks whether others gave something up


class Gate:
    """One client's way to one provider, from this process."""

    def __init__(self, postgres: Postgres, client_id: UUID, document: ProviderDocument, holder: UUID) -> None:
        self.limits = document.limits
        self._postgres = postgres
        self._client_id = client_id
        self._document = document
        self._holder = holder
        self._queue = Queue()
        self._in_use = self._peak = self._places = self._calls = 0
        self._succeeded = self._failed = self._in_a_row = self._throttled = 0
        self._held_until = self._rests_until = 0.0
        self._untold = 0
        self._told = asyncio.Event()
        self._told.set()
        self._news = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def passage(self, batch_id: UUID) -> AsyncIterator[None]:
        """Hold a place while a call is made. Raises Parked if the gate is closed for longer than a short rest."""
        if len(self._queue) or not self._may_pass():
            waiting = self._queue.join(batch_id)
            if self.limits.windows or self._places < self.limits.concurrency:
                self._wake()
            await self._served(waiting)
        else:
            self._take()
        try:
            yield
        finally:
            self._in_use -= 1
            self._serve()
            if self.limits.windows and len(self._queue):
                self._news.set()

    def notice(self, reply: Reply, outcomes: Collection[Outcome]) -> Rest | None:
        """Take in what a reply says of the provider, before its place is free; return the rest to `tell` of, if any.

        From now on nobody passes here until that is told: it fails too often, asks for a rest, or refuses the client.
        """
        if reply.outcome in (Outcome.PROVIDER_ERROR, Outcome.UNKNOWN):
            self._failed, self._in_a_row = self._failed + 1, self._in_a_row + 1
            if self._fails():
                self._places = 0
                self._wake()
        else:
            self._succeeded, self._failed, self._in_a_row = self._succeeded + 1, 0, 0
        if reply.outcome is not Outcome.THROTTLED:
            self._throttled = 0
        elif time.monotonic() >= self._rests_until:
            self._throttled += 1
        rest = rest_of(reply, outcomes, self._document, throttled=self._throttled)
        if rest is not None:
            self._places = self._calls = 0
            self._untold += 1
            self._told.clear()
        return rest

    async def tell(self, rest: Rest) -> None:
        """Tell every executor; calls in flight that are refused for the same reason add nothing."""
        seconds = 0.0 if rest.seconds is None else rest.seconds
        until, name = time.monotonic() + seconds, self._document.name
        try:
            if rest.pauses or until > self._rests_until + _SHORTEST_WAIT_SECONDS:
                self._rests_until = max(self._rests_until, until)
                async with self._postgres.tenant(self._client_id) as connection:
                    if rest.pauses:
                        await pause_gate(connection, self._client_id, name, seconds=rest.seconds, reason=rest.reason)
                    else:
                        await close_gate(connection, self._client_id, name, seconds=seconds, reason=rest.reason)
        except (*AWAY, Unavailable) as error:
            _log.warning("a rest could not be told to the other executors", provider=name, exc_info=error)
        finally:
            self._untold -= 1
            if not self._untold:
                self._told.set()

    async def _served(self, waiting: "asyncio.Future[None]") -> None:
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled() and waiting.exception() is None:
                self._in_use -= 1  # it was served at the very moment it gave up
            raise

    def _fails(self) -> bool:
        """Tell whether there are failures that the database must weigh before anybody goes on."""
        return self._failed > 0 and self._in_a_row >= self.limits.failures_before_rest

    def _may_pass(self) -> bool:
        if time.monotonic() > self._held_until or self._in_use >= self._places:
            return False
        return self._calls > 0 if self.limits.windows else True

    def _take(self) -> None:
        self._in_use += 1
        self._peak = max(self._peak, self._in_use)
        if self.limits.windows:
            self._calls -= 1

    def _serve(self) -> None:
        while self._may_pass() and self._queue.serve():
            self._take()

    def _wake(self) -> None:
        """Let a round take place soon."""
        self._news.set()
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.create_task(self._keep())

    async def _keep(self) -> None:
        """Go round after round as long as there is something to hold, to want, or to tell."""
        while True:
            try:
                passage = await self._round()
            except (*AWAY, Unavailable) as error:
                _log.warning("the gate waits for the database", exc_info=error)
                await asyncio.sleep(_ROUND_SECONDS)
                continue
            except Exception as error:  # noqa: BLE001 - it is the callers' to handle
                self._queue.refuse(error)
                return
            self._serve()
            self._send_away(passage)
            if not len(self._queue) and not self._in_use and not passage.places:
                return
            await self._rest(passage)

    async def _round(self) -> Passage:
        await self._told.wait()
        waiting, started = len(self._queue), time.monotonic()
        ask = Ask(
            in_use=self._in_use,
            wanted=max(waiting, self._peak - self._in_use),
            wanted_calls=waiting if self.limits.windows else 0,
            succeeded=self._succeeded,
            failed=self._failed,
        )
        # Until the answer is there, only places that a call is using now are surely ours; a call granted and not
        # made is not made later, when it would fall into another window.
        self._places, self._calls, self._peak = self._in_use, 0, self._in_use
        self._succeeded = self._failed = 0
        self._news.clear()
        async with self._postgres.tenant(self._client_id) as connection:
            passage = await pass_gate(
                connection, self._client_id, self._document.name, self._holder, ask, self._limits_told()
            )
        # What was noticed meanwhile the database does not know yet; the next round tells it.
        if not self._untold and not self._fails():
            self._places, self._calls = passage.places, passage.calls
        self._held_until = started + _LEASE_SECONDS
        return passage

    def _limits_told(self) -> dict[str, object]:
        limits: Limits = self.limits
        return limits.model_dump(include={"concurrency", "windows", "failures_before_rest", "rest_seconds"})

    def _send_away(self, passage: Passage) -> None:
        if passage.reason is None or not len(self._queue):
            return
        name = self._document.name
        if passage.paused:
            self._queue.refuse(Parked(passage.wait_seconds, f"{name} is paused: {passage.reason}", waiting_for=name))
        elif passage.wait_seconds > LONGEST_REST_SECONDS:
            self._queue.refuse(Parked(passage.wait_seconds, f"{name}: {passage.reason}", waiting_for=name))

    async def _rest(self, passage: Passage) -> None:
        """Wait until another round may bring more, or the next sign of life is due."""
        if len(self._queue) and passage.wait_seconds > 0:
            await asyncio.sleep(min(max(passage.wait_seconds, _SHORTEST_WAIT_SECONDS), _ROUND_SECONDS))
            return
        starved = len(self._queue) and self._places < self.limits.concurrency
        try:
            async with asyncio.timeout(_STARVED_SECONDS if starved else _ROUND_SECONDS):
                await self._news.wait()
        except TimeoutError:
            pass

    async def close(self) -> None:
        """Give the places back and end."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
            self._peak = self._in_use = 0
            try:
                await self._round()
            except (*AWAY, Unavailable):
                _log.info("places are not given back; they fall to the others with the time")


class Gates:
    """The gates of this process, one per client and provider."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._holder = uuid4()
        self._gates: dict[tuple[UUID, str], Gate] = {}

    def of(self, client_id: UUID, document: ProviderDocument, limits: Limits) -> Gate:
        """Return the client's gate before this provider, with the limits that hold now."""
        key = (client_id, document.name)
        if key not in self._gates:
            self._gates[key] = Gate(self._postgres, client_id, document, self._holder)
        self._gates[key].limits = limits
        return self._gates[key]

    async def close(self) -> None:
        """Give every place back."""
        for gate in self._gates.values():
            await gate.close()
