"""The ledger: every intent before its call, every answer after it, written many at once.

Whoever asks waits until the intent is committed; whoever was answered waits until the answer is. While one
transaction runs, what arrives gathers for the next, so that the cost of a commit is shared by all calls in
flight and no call waits for a timer.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

import asyncpg
import structlog
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential_jitter

from services.executor.budget import OverBudget
from services.executor.store.budgets import Budget, lock_budgets, reserve, settle
from services.executor.store.calls import Call, insert_calls
from services.executor.store.chunks import ChunkOrder, Standing, hold_chunks
from services.executor.store.results import (
    Attempt,
    Result,
    insert_attempts,
    insert_late_results,
    insert_results,
)
from services.executor.store.waits import Wait, WaitCall, insert_wait_calls, insert_waits
from shared.errors import Unavailable
from shared.failpoints import failpoint
from shared.postgres import AWAY, Connection, Postgres

_log = structlog.get_logger()

# An answer may have been paid for: it is held in memory and tried again for longer than a database restart takes.
_PATIENCE = AsyncRetrying(
    retry=retry_if_exception_type((*AWAY, Unavailable, asyncpg.DeadlockDetectedError)),
    wait=wait_exponential_jitter(multiplier=0.1, max=5),
    stop=stop_after_delay(600),
    before_sleep=lambda state: _log.warning("the ledger waits for the database", attempts=state.attempt_number),
    reraise=True,
)


class Fenced(Exception):  # noqa: N818 - the field's word
    """The chunk is another executor's now: make no more calls, write what was answered, stop."""


class Halted(Exception):  # noqa: N818 - the batch is
    """The batch makes no more calls: it was paused, cancelled, or failed. Write what was answered, give it back."""


Refusal: TypeAlias = Fenced | Halted | OverBudget


@dataclass(slots=True, eq=False)
class _Entry:
    """What one caller wants written, and its wait for it."""

    attempts: Sequence[Attempt] = ()
    most_cost: Decimal = Decimal(0)
    wait: Wait | None = None
    call: Call | None = None
    results: Sequence[Result] = ()
    told: WaitCall | None = None
    written: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def orders(self) -> set[ChunkOrder]:
        """Return whose work it is."""
        return {each.order for each in self.attempts} | {each.attempt.order for each in self.results}


class Ledger:
    """What one client's chunks at work in this process want written."""

    def __init__(self, postgres: Postgres, client_id: UUID) -> None:
        self._postgres = postgres
        self._client_id = client_id
        self._waiting: list[_Entry] = []
        self._writer: asyncio.Task[None] | None = None

    async def intend(
        self, attempts: Sequence[Attempt], most_cost: Decimal = Decimal(0), *, wait: Wait | None = None
    ) -> None:
        """Commit the intents, each of which may cost so much: the calls may be made. `wait`: they are answered later.

        Raises Fenced if they are not ours to make, Halted if nobody's, OverBudget if the batch can't pay for them.
        """
        await self._write(_Entry(attempts=attempts, most_cost=most_cost, wait=wait))

    async def append(self, call: Call | None, results: Sequence[Result], *, told: WaitCall | None = None) -> None:
        """Commit an exchange and what it said, of items and of the wait it belongs to."""
        await self._write(_Entry(call=call, results=results, told=told))

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
                    entry.written.set_exception(error)
                continue
            for entry in entries:
                if entry in refused:
                    entry.written.set_exception(refused[entry])
                else:
                    entry.written.set_result(None)

    async def _commit_until_there(self, entries: list[_Entry]) -> dict[_Entry, Refusal]:
        """Commit, also after the database was away: every row has a key of its own, so a repeat adds nothing."""
        return await _PATIENCE.copy()(self._commit, entries)

    async def _commit(self, entries: list[_Entry]) -> dict[_Entry, Refusal]:
        """Write the entries in one transaction; return whose intents were refused, and why."""
        answered = [entry for entry in entries if entry.results]
        async with self._postgres.tenant(self._client_id) as connection:
            orders = set[ChunkOrder]().union(*(entry.orders() for entry in entries))
            standings = await hold_chunks(connection, self._client_id, orders)
            weighed = {order.batch_id for order, standing in standings.items() if standing.budgeted}
            budgets = await lock_budgets(connection, self._client_id, weighed) if weighed else {}
            refused = await self._write_intents(connection, entries, standings, budgets)
            calls = [entry.call for entry in entries if entry.call is not None]
            if calls:
                await insert_calls(connection, self._client_id, calls)
            told = [entry.told for entry in entries if entry.told is not None]
            if told:
                await insert_wait_calls(connection, self._client_id, told)
            if answered:
                failpoint("executor.answers_before_commit")
                await self._write_results(connection, answered, standings, budgeted=bool(budgets))
        if answered:
            failpoint("executor.answers_after_commit")
        return refused

    async def _write_intents(
        self,
        connection: Connection,
        entries: list[_Entry],
        standings: Mapping[ChunkOrder, Standing],
        budgets: Mapping[UUID, Budget],
    ) -> dict[_Entry, Refusal]:
        asking = [entry for entry in entries if entry.attempts]
        refused, reserved = _weighed(asking, standings, budgets)
        intents = [(attempt, entry.most_cost) for entry in asking if entry not in refused for attempt in entry.attempts]
        if intents:
            attempts, costs = zip(*intents, strict=True)
            waits = [entry.wait for entry in asking if entry not in refused and entry.wait is not None]
            if waits:
                await insert_waits(connection, self._client_id, waits)
            foreign = set(await insert_attempts(connection, self._client_id, attempts, costs))
            if reserved:
                await reserve(connection, self._client_id, reserved)
            for entry in asking:
                if foreign.intersection(entry.attempts):
                    refused[entry] = Fenced("another run made one of these attempts")
        return refused

    async def _write_results(
        self,
        connection: Connection,
        entries: list[_Entry],
        standings: Mapping[ChunkOrder, Standing],
        *,
        budgeted: bool,
    ) -> None:
        results = [result for entry in entries for result in entry.results]
        in_time = [result for result in results if not standings[result.attempt.order].done]
        if len(in_time) < len(results):
            _log.warning("late answers are kept as calls only: their chunk is sealed", late=len(results) - len(in_time))
        if in_time and budgeted:
            await settle(connection, self._client_id, in_time)
        if in_time:
            await insert_results(connection, self._client_id, in_time)
        # What was waited for is taken in by whoever holds the chunk now, from what was told.
        late = [
            each
            for each in in_time
            if each.call_id is not None and each.attempt.wait_id is None and not standings[each.attempt.order].ours
        ]
        if late:
            await insert_late_results(connection, self._client_id, late)


def _weighed(
    asking: Sequence[_Entry], standings: Mapping[ChunkOrder, Standing], budgets: Mapping[UUID, Budget]
) -> tuple[dict[_Entry, Refusal], dict[UUID, Decimal]]:
    """Return who may not ask, and why, and what the others' calls may cost their batches."""
    refused, reserved = dict[_Entry, Refusal](), dict[UUID, Decimal]()
    for entry in asking:
        standing, batch_id = standings[entry.attempts[0].order], entry.attempts[0].order.batch_id
        need, budget = entry.most_cost * len(entry.attempts), budgets.get(batch_id)
        if not standing.ours:
            refused[entry] = Fenced("the chunk was taken back")
        elif standing.halted is not None:
            refused[entry] = Halted(standing.halted)
        elif budget is not None and reserved.get(batch_id, Decimal(0)) + need > budget.left:
            refused[entry] = OverBudget(need)
        elif budget is not None:
            reserved[batch_id] = reserved.get(batch_id, Decimal(0)) + need
    return refused, reserved
