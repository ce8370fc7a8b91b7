"""Retry: a recorded decision to ask again what failed, or what may have been charged and was lost."""

from dataclasses import dataclass
from typing import Literal, TypeAlias
from uuid import UUID

from uuid_utils.compat import uuid7

from services.executor.control import Command, carry_out, demand
from services.executor.outcome import Outcome
from services.executor.store.control import Run
from services.executor.store.retries import (
    Decision,
    insert_retried,
    insert_retry,
    is_at_work,
    open_chunks,
    reopen_run,
)
from shared.errors import Conflict
from shared.events import BatchResumed
from shared.idempotency import Answer
from shared.outbox import append_event
from shared.postgres import Connection, Postgres

Only: TypeAlias = Literal["failed", "unknown"]

# Not `blocked_legal`: who does not want to be found is not asked about again.
_FAILED = (
    Outcome.PROVIDER_ERROR,
    Outcome.BAD_REQUEST,
    Outcome.AUTH_FAILED,
    Outcome.QUOTA_EXHAUSTED,
    Outcome.THROTTLED,
    Outcome.PENDING,
    Outcome.EXPIRED,
)
_OUTCOMES: dict[Only | None, tuple[Outcome, ...]] = {
    "failed": _FAILED,
    "unknown": (Outcome.UNKNOWN,),
    None: (*_FAILED, Outcome.UNKNOWN),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Command):
    """Ask again what is `only` failed, or only unknown, or either; of these items, or of all."""

    decided_by: UUID
    only: Only | None
    items: tuple[UUID, ...] | None = None

    def asked(self) -> dict[str, object]:
        """Return what makes two commands the same."""
        return {"only": self.only, "items": None if self.items is None else sorted(map(str, self.items))}


async def retry(postgres: Postgres, command: Retry, *, chunk_items: int) -> Answer:
    """Record the decision and open what it concerns; attempts are appended, none is hidden.

    Raises NotFound, and Conflict while the batch is at work, or if it was cancelled.
    """

    async def effect(connection: Connection, run: Run) -> dict[str, object]:
        demand(run, "retried", ("completed", "paused", "failed"))
        if await is_at_work(connection, command.client_id, command.batch_id):
            raise Conflict("Calls of the batch are still being answered; try again in a moment.", state=run.state)
        return await _ask_again(connection, command, run)

    return await carry_out(postgres, command, effect, chunk_items=chunk_items)


async def _ask_again(connection: Connection, command: Retry, run: Run) -> dict[str, object]:
    decision = Decision(
        client_id=command.client_id,
        batch_id=command.batch_id,
        retry_id=uuid7(),
        outcomes=[outcome.value for outcome in _OUTCOMES[command.only]],
        items=command.items,
        decided_by=command.decided_by,
    )
    await insert_retry(connection, decision)
    questions = await insert_retried(connection, decision)
    # A failed batch stopped before it had asked everything: that is asked now.
    goes_on = run.state == "failed" and command.items is None
    chunks = await open_chunks(connection, decision, every=goes_on)
    state = run.state
    if chunks:
        state = await reopen_run(connection, command.client_id, command.batch_id)
        reason = f"{questions} questions are asked again"
        resumed = BatchResumed(client_id=command.client_id, batch_id=command.batch_id, reason=reason)
        await append_event(connection, "executor", resumed)
    return {"state": state, "retry_id": str(decision.retry_id), "questions": questions}
