"""An attempt's life, in any order: asked, answered, lost, late, retried. Each answer stands once and none is hidden."""

import asyncio
import uuid
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.executor.chunk_subjects import take_history
from services.executor.document import Retry
from services.executor.ledger import Fenced, Ledger
from services.executor.outcome import Outcome
from services.executor.start_run import start_run
from services.executor.store.calls import Call
from services.executor.store.chunks import ChunkOrder, claim_chunk, dispatch_chunks
from services.executor.store.results import Attempt, Result
from services.executor.store.retries import Decision, insert_retried, insert_retry
from services.executor.subject import History, Subject
from shared.postgres import Postgres
from shared.settings import Settings
from tests.services.executor.conftest import Launch, Owner, person
from tests.services.executor.test_ledger import answer as an_answer

T = TypeVar("T")
RETRY = Retry(after={Outcome.PROVIDER_ERROR: 2})
AGAIN = (Outcome.UNKNOWN, Outcome.PROVIDER_ERROR, Outcome.BAD_REQUEST)


class Life(RuleBasedStateMachine):
    """One question about one item, asked by one executor after the other, on the real tables."""

    loop: asyncio.AbstractEventLoop
    postgres: Postgres
    owner: Owner
    client_id: UUID
    item_id: UUID
    order: ChunkOrder
    example = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).example += 1
        self.ledger = Ledger(self.postgres, self.client_id)
        self.step = f"s{self.example}"
        self.said: dict[int, Outcome] = {}  # what stands, by attempt
        self.open: dict[int, ChunkOrder] = {}  # attempts without a result, and who made them
        self.in_flight: list[Attempt] = []
        self.former: list[ChunkOrder] = []
        self.known = 0  # the last attempt the present executor knows of
        self.retried = 0

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it in the test's event loop; the machine runs in a thread beside."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def attempt(self, order: ChunkOrder, number: int) -> Attempt:
        return Attempt(order=order, subject_id=self.item_id, per="item", step=self.step, provider="p", attempt=number)

    @property
    def last(self) -> int:
        return max([*self.said, *self.open], default=0)

    @rule()
    def ask(self) -> None:
        attempt = self.attempt(self.order, self.known + 1)
        refused = self.wait_for(self.intend(attempt))
        if self.known < self.last:  # a late answer took the number meanwhile
            assert refused
            return
        assert not refused
        self.known += 1
        self.open[self.known] = self.order
        self.in_flight.append(attempt)

    @rule(which=st.integers(0, 20))
    def ask_though_it_was_taken_away(self, which: int) -> None:
        if self.former:
            assert self.wait_for(self.intend(self.attempt(self.former[which % len(self.former)], self.last + 1)))

    async def intend(self, attempt: Attempt) -> bool:
        try:
            await self.ledger.intend([attempt])
        except Fenced:
            return True
        return False

    @rule(
        which=st.integers(0, 20),
        outcome=st.sampled_from([Outcome.OK, Outcome.NO_MATCH, Outcome.PROVIDER_ERROR, Outcome.BAD_REQUEST]),
    )
    def answer(self, which: int, outcome: Outcome) -> None:
        if not self.in_flight:
            return
        attempt = self.in_flight.pop(which % len(self.in_flight))
        call, result = self.answer_to(attempt, outcome)
        for _ in range(2):  # a commit whose fate was not known is made again
            self.wait_for(self.ledger.append(call, [result]))
        number = attempt.attempt if attempt.attempt in self.open else self.last + 1
        self.open.pop(number, None)
        self.said[number] = outcome

    def answer_to(self, attempt: Attempt, outcome: Outcome) -> tuple[Call, Result]:
        call, result = an_answer(attempt.order, self.item_id)
        return replace(call, step=self.step), replace(result, attempt=attempt, outcome=outcome)

    @rule()
    def be_taken_over(self) -> None:
        """The executor is lost; the next one takes up the chunk and closes what was never answered."""
        self.former.append(self.order)
        type(self).order = self.wait_for(next_order(self.postgres, self.owner, self.client_id))
        for number in list(self.open):
            _, result = self.answer_to(self.attempt(self.order, number), Outcome.UNKNOWN)
            self.wait_for(self.ledger.append(None, [replace(result, call_id=None, payload=None)]))
            del self.open[number]
            self.said[number] = Outcome.UNKNOWN
        self.known = self.last

    @rule()
    def be_retried(self) -> None:
        """Somebody decides to ask again: nothing said is touched, and the question is open."""
        if self.open or not self.said or self.said[self.last] not in AGAIN:
            return
        assert self.wait_for(self.decide()) == 1
        self.retried = self.last
        history = self.wait_for(self.load())
        assert not history.settled(RETRY)
        assert len(history.outcomes) == len(self.said)

    async def decide(self) -> int:
        decision = Decision(
            client_id=self.client_id, batch_id=self.order.batch_id, retry_id=uuid.uuid4(),
            outcomes=[outcome.value for outcome in AGAIN], items=None, decided_by=uuid.uuid4(),
        )  # fmt: skip
        async with self.postgres.tenant(self.client_id) as connection:
            await insert_retry(connection, decision)
            await insert_retried(connection, decision)
            found: int = await connection.fetchval(
                "SELECT count(*) FROM retried WHERE client_id = $1 AND retry_id = $2 AND step = $3",
                self.client_id,
                decision.retry_id,
                self.step,
            )
        return found

    async def load(self) -> History:
        subject = Subject(subject_id=self.item_id, per="item", number=1, input={})
        async with self.postgres.tenant(self.client_id) as connection:
            await take_history(connection, self.client_id, [subject])
        return subject.histories[self.step, "p"]

    @invariant()
    def what_was_said_stands_once_and_as_it_was_said(self) -> None:
        query = "SELECT attempt, state FROM workflow_states WHERE step = $1"
        rows = self.wait_for(self.owner.fetch(query, self.step))
        stands = {row["attempt"]: row["state"] for row in rows}
        assert len(rows) == len(stands)
        assert stands == {**dict.fromkeys(self.open, "started"), **{n: each.value for n, each in self.said.items()}}

    @invariant()
    def whether_it_is_over_is_what_the_rows_since_the_last_decision_say(self) -> None:
        history = self.wait_for(self.load())
        counted = [self.said[number] for number in sorted(self.said) if number > self.retried]
        over = bool(counted) and counted.count(counted[-1]) > RETRY.after.get(counted[-1], 0)
        assert (history.settled(RETRY), sorted(history.lost)) == (over, sorted(self.open))


async def next_order(postgres: Postgres, owner: Owner, client_id: UUID) -> ChunkOrder:
    """Take the chunk away from whoever has it, dispatch it anew and take it up."""
    await owner.execute("UPDATE batch_chunks SET state = 'queued', run_at = now()")
    async with postgres.duties() as connection:
        (given,) = await dispatch_chunks(connection, ahead=1, patience_seconds=600)
    async with postgres.tenant(client_id) as connection:
        assert await claim_chunk(connection, given.order, lease_seconds=600) is not None
    return given.order


async def test_no_order_of_events_hides_repeats_or_changes_an_answer(
    settings: Settings, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batch_id = await launch([person(1)])
    postgres = await Postgres.connect(settings, "executor")
    await start_run(postgres, client_id, batch_id, chunk_items=1)
    Life.loop, Life.postgres, Life.owner, Life.client_id = asyncio.get_running_loop(), postgres, owner, client_id
    Life.item_id = await owner.fetchval("SELECT batch_item_id FROM batch_items")
    Life.order = await next_order(postgres, owner, client_id)
    chosen = hypothesis_settings(
        max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    await asyncio.to_thread(run_state_machine_as_test, Life, settings=chosen)
    await postgres.close()
