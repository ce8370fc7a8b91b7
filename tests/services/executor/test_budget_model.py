"""Whatever calls are begun, answered and lost, in any order: the sums are those of the rows, within the budget."""

import asyncio
from collections.abc import Coroutine
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.executor.budget import OverBudget
from services.executor.ledger import Ledger
from services.executor.outcome import Outcome
from services.executor.start_run import start_run
from services.executor.store.chunks import ChunkOrder, claim_chunk, dispatch_chunks
from services.executor.store.results import Attempt, Result
from shared.postgres import Postgres
from shared.settings import Settings
from tests.services.executor.conftest import Launch, Owner, person

BUDGET = Decimal(10)
T = TypeVar("T")

COSTS = st.sampled_from([Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2)])


class Spending(RuleBasedStateMachine):
    """Calls of one chunk, on the real tables; several at once share a transaction of the ledger."""

    loop: asyncio.AbstractEventLoop
    ledger: Ledger
    owner: Owner
    order: ChunkOrder
    items: tuple[UUID, ...]
    step = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).step += 1
        self.open: list[tuple[Attempt, Decimal]] = []
        self.begun = 0
        self.wait_for(self.owner.execute("UPDATE batch_runs SET spent = 0, reserved = 0"))
        self.spent = Decimal(0)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it in the test's event loop; the machine runs in a thread beside."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def attempt(self) -> Attempt:
        self.begun += 1
        return Attempt(
            order=self.order,
            subject_id=self.items[self.begun % len(self.items)],
            per="item",
            step=f"s{self.step}",
            provider="p",
            attempt=self.begun,
        )

    @rule(costs=st.lists(COSTS, min_size=1, max_size=5), items=st.integers(1, 3))
    def begin(self, costs: list[Decimal], items: int) -> None:
        """Several calls at once; each is begun whole or refused whole."""
        left = BUDGET - self.spent - sum((cost for _, cost in self.open), Decimal(0))
        calls = [([self.attempt() for _ in range(items)], cost) for cost in costs]

        async def all_at_once() -> list[BaseException | None]:
            asked = (self.ledger.intend(attempts, cost) for attempts, cost in calls)
            return await asyncio.gather(*asked, return_exceptions=True)

        for (attempts, cost), refusal in zip(calls, self.wait_for(all_at_once()), strict=True):
            need = cost * items
            if refusal is None:
                left -= need
                self.open += [(each, cost) for each in attempts]
            else:
                assert isinstance(refusal, OverBudget)
                assert refusal.need == need > left

    @rule(which=st.integers(0, 100), share=st.sampled_from(["0", "0.5", "1"]), outcome=st.sampled_from(list(Outcome)))
    def answer(self, which: int, share: str, outcome: Outcome) -> None:
        if not self.open:
            return
        attempt, reserved = self.open.pop(which % len(self.open))
        cost = Decimal(0) if outcome is Outcome.UNKNOWN else reserved * Decimal(share)
        result = Result(
            attempt=attempt,
            provider_version=1,
            outcome=outcome,
            detail=None,
            payload=None,
            call_id=None,
            cost=cost,
            cost_unit="credit",
            cost_source="none",
        )
        for _ in range(2):  # a commit whose fate was not known is made again
            self.wait_for(self.ledger.append(None, [result]))
        self.spent += reserved if outcome is Outcome.UNKNOWN else cost

    @invariant()
    def the_sums_are_those_of_the_rows(self) -> None:
        row = self.wait_for(self.owner.fetchrow("SELECT reserved, spent FROM batch_runs"))
        assert row is not None
        assert row["reserved"] == sum((cost for _, cost in self.open), Decimal(0))
        assert row["spent"] == self.spent
        assert row["reserved"] + row["spent"] <= BUDGET


async def test_no_order_of_calls_spends_more_than_the_budget(
    settings: Settings, launch: Launch, client_id: UUID, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(5)], budget=BUDGET)
    postgres = await Postgres.connect(settings, "executor")
    await start_run(postgres, client_id, batch_id, chunk_items=5)
    async with postgres.duties() as connection:
        (given,) = await dispatch_chunks(connection, ahead=1, patience_seconds=600)
    async with postgres.tenant(client_id) as connection:
        assert await claim_chunk(connection, given.order, lease_seconds=600) is not None
    rows = await owner.fetch("SELECT batch_item_id FROM batch_items ORDER BY item_no")
    Spending.loop, Spending.owner, Spending.ledger = asyncio.get_running_loop(), owner, Ledger(postgres, client_id)
    Spending.order, Spending.items = given.order, tuple(row["batch_item_id"] for row in rows)
    chosen = hypothesis_settings(
        max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )
    await asyncio.to_thread(run_state_machine_as_test, Spending, settings=chosen)
    await postgres.close()
