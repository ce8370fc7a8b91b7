"""Control of a batch: pause, resume, cancel. One transaction each, its event in the same commit.

The effect needs no message: an executor's next intent is refused, so calls not begun are not begun; those in flight
are answered and appended. A cancelled batch is then wound up, chunk by chunk, by whoever would have worked on it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.executor.start_run import start_run
from services.executor.store.budgets import set_budget
from services.executor.store.control import Run, end_run, lock_for_control, pause_run, resume_run
from shared.errors import Conflict, NotFound
from shared.events import BatchCancelled, BatchPaused, BatchResumed
from shared.failpoints import failpoint
from shared.idempotency import Answer, earlier_answer, once, store_answer
from shared.outbox import append_event
from shared.postgres import Connection, Postgres

BY_REQUEST = "by request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody wants of a batch; the same key and content is the same command."""

    client_id: UUID
    batch_id: UUID
    verb: str
    reason: str = BY_REQUEST
    budget: Decimal | None = None
    idempotency_key: str | None = None

    def asked(self) -> dict[str, object]:
        """Return what makes two commands the same."""
        return {"reason": self.reason, "budget": str(self.budget)}


async def pause(postgres: Postgres, command: Command, *, chunk_items: int) -> Answer:
    """Let the batch make no more calls until it is resumed; raises NotFound, and Conflict unless it runs."""

    async def effect(connection: Connection, run: Run) -> dict[str, object]:
        demand(run, "paused", ("running",))
        await pause_run(connection, command.client_id, command.batch_id, reason=command.reason)
        paused = BatchPaused(client_id=command.client_id, batch_id=command.batch_id, reason=command.reason)
        await append_event(connection, "executor", paused)
        return {"state": "paused"}

    return await carry_out(postgres, command, effect, chunk_items=chunk_items)


async def resume(postgres: Postgres, command: Command, *, chunk_items: int) -> Answer:
    """Let a paused batch go on, with another budget if one is given; raises NotFound, and Conflict unless paused."""

    async def effect(connection: Connection, run: Run) -> dict[str, object]:
        demand(run, "resumed", ("paused",))
        if command.budget is not None:
            await set_budget(connection, command.client_id, command.batch_id, command.budget)
        await resume_run(connection, command.client_id, command.batch_id)
        resumed = BatchResumed(client_id=command.client_id, batch_id=command.batch_id, reason=command.reason)
        await append_event(connection, "executor", resumed)
        return {"state": "running"}

    return await carry_out(postgres, command, effect, chunk_items=chunk_items)


async def cancel(postgres: Postgres, command: Command, *, chunk_items: int) -> Answer:
    """End the batch: what was answered stays and becomes leads, nothing more is asked; raises NotFound, Conflict."""

    async def effect(connection: Connection, run: Run) -> dict[str, object]:
        demand(run, "cancelled", ("running", "paused"))
        ids = (command.client_id, command.batch_id)
        await end_run(connection, *ids, state="cancelled", reason=command.reason)
        cancelled = BatchCancelled(client_id=command.client_id, batch_id=command.batch_id, reason=command.reason)
        await append_event(connection, "executor", cancelled)
        return {"state": "cancelled"}

    return await carry_out(postgres, command, effect, chunk_items=chunk_items)


async def carry_out(
    postgres: Postgres,
    command: Command,
    effect: Callable[[Connection, Run], Awaitable[dict[str, object]]],
    *,
    chunk_items: int,
) -> Answer:
    """Have the command's effect on its batch, once; return the answer, which is the batch's id and what it gives."""
    # A batch may be controlled before its launch is heard of here; then it is started first.
    await start_run(postgres, command.client_id, command.batch_id, chunk_items=chunk_items)
    route = f"POST /batches/{command.batch_id}/{command.verb}"
    request = once(command.client_id, route, command.idempotency_key, asked=command.asked())
    async with postgres.tenant(command.client_id) as connection:
        answer = await earlier_answer(connection, request)
        if answer is None:
            run = await lock_for_control(connection, command.client_id, command.batch_id)
            if run is None:
                raise NotFound(f"There is no batch {command.batch_id}; GET /batches lists yours.")
            done = await effect(connection, run)
            answer = Answer(status=200, body={"batch_id": str(command.batch_id), **done})
            await store_answer(connection, request, answer)
            failpoint("executor.controlled_before_commit")
    return answer


def demand(run: Run, what: str, states: tuple[str, ...]) -> None:
    """Raise Conflict, saying how the batch stands, unless it is in one of the states."""
    if run.state not in states:
        because = f" ({run.reason})" if run.reason else ""
        wanted = " or ".join(states)
        raise Conflict(f"The batch is {run.state}{because}; only one that is {wanted} can be {what}.", state=run.state)
