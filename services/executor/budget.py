"""The budget of a batch: hard. What a call may cost is reserved before it, or the call is not made."""

from decimal import Decimal

from services.executor.document import Cost
from services.executor.parked import Parked
from services.executor.store.budgets import lock_budgets
from services.executor.store.chunks import ChunkOrder, park_chunk
from services.executor.store.control import lock_for_control, pause_run
from shared.events import BatchPaused
from shared.outbox import append_event
from shared.postgres import Postgres

_UNTIL_SETTLED_SECONDS = 0.5


class OverBudget(Exception):  # noqa: N818 - the next call would be
    """The next call may cost `need`, and less is left of the batch's budget."""

    def __init__(self, need: Decimal) -> None:
        super().__init__(f"the next call may cost {need}, and less is left of the budget")
        self.need = need


def most_a_call_costs(cost: Cost, items: int) -> Decimal:
    """Return what a call about so many items may cost at most, as the provider's document knows."""
    each = cost.at_most if cost.at_most is not None else cost.estimate
    return Decimal(str(each)) * items


async def stop_for_budget(postgres: Postgres, order: ChunkOrder, over: OverBudget) -> None:
    """Give the chunk back; pause the batch if not even calls in flight can free enough for the next one."""
    async with postgres.tenant(order.client_id) as connection:
        ids = (order.client_id, order.batch_id)
        run = await lock_for_control(connection, *ids)
        budget = (await lock_budgets(connection, order.client_id, [order.batch_id])).get(order.batch_id)
        waits = Parked(_UNTIL_SETTLED_SECONDS, "calls in flight hold the rest of the budget")
        if run is None or run.state != "running" or budget is None or over.need <= budget.left:
            waits = Parked(0, "something of the budget was freed")
        elif not budget.reserved:
            waits = Parked(0, "the budget is used up")
            spent = f"{budget.spent:f} of {budget.budget:f} are spent and the next call may cost {over.need:f}"
            reason = f"budget: {spent}; resume with a higher one"
            await pause_run(connection, *ids, reason=reason)
            paused = BatchPaused(client_id=order.client_id, batch_id=order.batch_id, reason=reason)
            await append_event(connection, "executor", paused)
        await park_chunk(connection, order, seconds=waits.seconds, reason=str(waits))
