"""Run a chunk: take it up, ask step by step, finish it; and complete the batch with its last chunk."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from services.executor.budget import OverBudget, stop_for_budget
from services.executor.calls.call import Line
from services.executor.calls.exchange import Wire
from services.executor.compiled import CompiledProvider
from services.executor.complete import finish
from services.executor.configuration import Vault, configuration_of
from services.executor.gate import Gates
from services.executor.item import Item, items_with_history
from services.executor.lease import kept_lease
from services.executor.ledger import Fenced, Halted, Ledger
from services.executor.outcome import ItemState
from services.executor.park import park
from services.executor.parked import Parked
from services.executor.registry import Registry
from services.executor.run_step import close_lost_attempts, run_step
from services.executor.store.chunks import Chunk, ChunkOrder, claim_chunk
from services.executor.store.results import history_of, items_of
from services.executor.store.runs import launched_batch
from services.executor.workflow import Workflow
from shared.postgres import Postgres
from shared.telemetry import span

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """What one executor process works with."""

    postgres: Postgres
    wire: Wire
    registry: Registry
    providers: Mapping[str, CompiledProvider]
    vault: Vault
    gates: Gates
    lease_seconds: float
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    ledgers: dict[UUID, Ledger] = field(default_factory=dict)

    def ledger(self, client_id: UUID) -> Ledger:
        """Return the client's ledger: its chunks at work here share one, and so share transactions."""
        return self.ledgers.setdefault(client_id, Ledger(self.postgres, client_id))


async def run_chunk(executor: Executor, order: ChunkOrder) -> None:
    """Work on the chunk as long as the order holds; a stale order is dropped without a trace."""
    async with executor.postgres.tenant(order.client_id) as connection:
        chunk = await claim_chunk(connection, order, lease_seconds=executor.lease_seconds)
    if chunk is None:
        return
    ids = {"client_id": order.client_id, "batch_id": order.batch_id, "chunk_no": order.chunk_no}
    with span("run chunk", chunk.traceparent, **ids):
        try:
            async with kept_lease(executor.postgres, order, lease_seconds=executor.lease_seconds):
                items = await _ask_all(executor, chunk)
                await finish(executor.postgres, chunk, _counts(items))
        except Fenced as fenced:
            _log.warning("chunk dropped", reason=str(fenced))
        except Halted as halted:
            _log.info("chunk given back", reason=str(halted))
            await park(executor.postgres, order, Parked(0, str(halted)))
        except OverBudget as over:
            _log.info("chunk given back", reason=str(over))
            await stop_for_budget(executor.postgres, order, over)
        except Parked as parked:
            _log.info("chunk parked", seconds=parked.seconds, reason=str(parked))
            await park(executor.postgres, order, parked)


async def _ask_all(executor: Executor, chunk: Chunk) -> list[Item]:
    order = chunk.order
    async with executor.postgres.tenant(order.client_id) as connection:
        batch = await launched_batch(connection, order.client_id, order.batch_id)
        assert batch is not None  # noqa: S101 - a chunk belongs to a batch
        items = items_with_history(await items_of(connection, chunk), await history_of(connection, chunk))
    for step in Workflow.model_validate(batch.workflow).steps:
        provider = executor.providers[step.provider]
        configuration = await configuration_of(executor.postgres, executor.vault, order.client_id, provider.document)
        line = Line(
            order=order,
            step=step.name,
            provider=provider,
            configuration=configuration,
            gate=executor.gates.of(order.client_id, provider.document, configuration.limits),
            wire=executor.wire,
            ledger=executor.ledger(order.client_id),
        )
        await close_lost_attempts(line, step, items)
        if not chunk.winding_up:
            await run_step(line, step, items, executor.stopping)
    return items


def _counts(items: Sequence[Item]) -> dict[str, int]:
    counted = Counter(item.state() for item in items)
    return {state.value: counted[state] for state in ItemState}
