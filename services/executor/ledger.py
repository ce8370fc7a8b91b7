"""The ledger: every intent before its call, every answer after it, written many at once.

Whoever asks waits until the intent is committed; whoever was answered waits until the answer is. While one
transaction runs, what arrives gathers for the next, so that the cost of a commit is shared by all calls in
flight and no call waits for a timer.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from services.executor.store.chunks import ChunkOrder, hold_chunk
from services.executor.store.results import (
    Attempt,
    Call,
    Result,
    insert_attempts,
    insert_calls,
    insert_late_results,
    insert_results,
)
from shared.errors import Unavailable
from shared.failpoints import failpoint
from shared.postgres import AWAY, Connection, Postgres

_log = structlog.get_logger()

# An answer may have been paid for: it is held in memory and tried again for longer than a database restart takes.
_DATABASE_PATIENCE_SECONDS = 600


class Fenced(Exception):  # noqa: N818 - the field's word
    """The chunk is another executor's now: make no more calls, write what was answered, stop."""


@dataclass(slots=True)
class _Entry:
    """What one caller wants written, and its wait for it."""

    attempts: Sequence[Attempt] = ()
    call: Call | None = None
    results: Sequence[Result] = ()
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Ledger:
    """The written side of one run of a chunk."""

    def __init__(self, postgres: Postgres, order: ChunkOrder) -> None:
        self._postgres = postgres
        self._order = order
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None

    async def intend(self, attempts: Sequence[Attempt]) -> None:
        """Commit the intents: from here on the calls may be made. Raises Fenced if they are not ours to make."""
        await self._write(_Entry(attempts=attempts))

    async def append(self, call: Call | None, results: Sequence[Result]) -> None:
        """Commit an exchange and what it said."""
        await self._write(_Entry(call=call, results=results))

    async def _write(self, entry: _Entry) -> None:
        self._waiting.append(entry)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        await asyncio.shield(entry.written)

    async def _drain(self) -> None:
        while self._waiting:
            entries, self._waiting = self._waiting, []
            try:
                refused = await self._commit_until_there(entries)
            except Exception as error:  # noqa: BLE001 - it is the callers' to handle
                for entry in entries:
                    if not entry.written.done():
                        entry.written.set_exception(error)
                continue
            for entry in entries:
                if entry.attempts and refused:
                    entry.written.set_exception(Fenced(refused))
                else:
                    entry.written.set_result(None)

    async def _commit_until_there(self, entries: list[_Entry]) -> str | None:
        """Commit, also after the database was away: every row has a key of its own, so a repeat adds nothing."""
        patient = AsyncRetrying(
            retry=retry_if_exception_type((*AWAY, Unavailable)),
            wait=wait_exponential_jitter(multiplier=0.1, max=5),
            stop=stop_after_delay(_DATABASE_PATIENCE_SECONDS),
            before_sleep=lambda state: _log.warning("the ledger waits for the database", attempts=state.attempt_number),
            reraise=True,
        )
        return await patient(self._commit, entries)

    async def _commit(self, entries: list[_Entry]) -> str | None:
        """Write the entries in one transaction; return why the intents were refused, or None."""
        async with self._postgres.tenant(self._order.client_id) as connection:
            ours, done = await hold_chunk(connection, self._order)
            refused = await self._write_intents(connection, entries, ours=ours)
            calls = [entry.call for entry in entries if entry.call is not None]
            if calls:
                await insert_calls(connection, self._order, calls)
            results = [result for entry in entries for result in entry.results]
            if results:
                failpoint("executor.answers_before_commit")
                await self._write_results(connection, results, ours=ours, done=done)
        if results:
            failpoint("executor.answers_after_commit")
        return refused

    async def _write_intents(self, connection: Connection, entries: list[_Entry], *, ours: bool) -> str | None:
        attempts = [attempt for entry in entries for attempt in entry.attempts]
        if not attempts:
            return None
        if not ours:
            return "the chunk was taken back"
        if not await insert_attempts(connection, self._order, attempts):
            return "another run made one of these attempts"
        return None

    async def _write_results(self, connection: Connection, results: list[Result], *, ours: bool, done: bool) -> None:
        if done:
            _log.warning("late answers are kept as calls only: their chunk is sealed", results=len(results))
            return
        await insert_results(connection, self._order, results)
        if not ours:
            await insert_late_results(connection, self._order, [each for each in results if each.call_id is not None])
