"""Run a chunk: take it up, ask step by step, finish it; and complete the batch with its last chunk."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from services.executor.calls.line import Line
from services.executor.chunk_subjects import load_subjects, take_history
from services.executor.complete import finish
from services.executor.configuration import configuration_of
from services.executor.gate import Gates
from services.executor.give_back import give_back
from services.executor.known_providers import KnownProviders
from services.executor.lease import kept_lease
from services.executor.ledger import Ledger
from services.executor.outcome import ItemState
from services.executor.parked import Parked
from services.executor.poison import quarantine, split
from services.executor.run_step import close_lost_attempts
from services.executor.store.chunks import Chunk, ChunkOrder, claim_chunk
from services.executor.store.companies import companies_still_asked
from services.executor.store.runs import Launched, launched_batch
from services.executor.subject import Subject
from services.executor.take_up_waits import give_up_waits
from services.executor.waterfall import conclude, is_through, run_waterfall, skip_without_company
from services.executor.workflow import LaunchedWorkflow, Step
from shared.postgres import Postgres
from shared.telemetry import span
from shared.vault import Vault
from shared.wire import Wire

_log = structlog.get_logger()

# How soon a chunk looks again whether other chunks know about its companies.
_COMPANY_REST_SECONDS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Executor:
    """What one executor process works with."""

    postgres: Postgres
    wire: Wire
    providers: KnownProviders
    vault: Vault
    gates: Gates
    lease_seconds: float
    public_url: str
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
                if chunk.is_poisoned and chunk.first_item < chunk.last_item:
                    await split(executor.postgres, chunk)
                    return
                items = await _ask_all(executor, chunk)
                await finish(executor.postgres, chunk, _counts(items))
        except Exception as cause:  # noqa: BLE001 - whatever it is, the chunk is not lost
            await give_back(executor.postgres, order, cause)


async def _ask_all(executor: Executor, chunk: Chunk) -> Sequence[Subject]:
    order = chunk.order
    async with executor.postgres.tenant(order.client_id) as connection:
        batch = await launched_batch(connection, order.client_id, order.batch_id)
        assert batch is not None  # noqa: S101 - a chunk belongs to a batch
        workflow = LaunchedWorkflow.model_validate(batch.workflow)
        subjects = await load_subjects(connection, chunk, with_companies=workflow.asks_about_companies)
    put_aside = False
    for step in workflow.steps:
        lines = [await _line(executor, order, batch, step, name) for name in step.providers]
        asked = subjects.items if step.per == "item" else subjects.own_companies
        await _ask_about(executor, chunk, step, lines, asked)
        if chunk.is_poisoned and not chunk.winding_up and not put_aside:
            put_aside = await quarantine(step, lines, asked, falls=chunk.falls)
        if step.per == "company":
            await _wait_for_others(executor, chunk, step, lines, subjects.other_companies)
            await skip_without_company(step, lines[0], subjects.items)
    return subjects.items


async def _line(executor: Executor, order: ChunkOrder, batch: Launched, step: Step, name: str) -> Line:
    version = batch.workflow.get("providers", {}).get(name)
    provider = (await executor.providers.find(order.client_id, name, version)).compiled
    configuration = await configuration_of(
        executor.postgres, executor.vault, order.client_id, provider.document, batch.overrides.get(name)
    )
    return Line(
        order=order,
        step=step.name,
        provider=provider,
        configuration=configuration,
        gate=executor.gates.of(order.client_id, provider.document, configuration.limits),
        wire=executor.wire,
        ledger=executor.ledger(order.client_id),
        postgres=executor.postgres,
        public_url=executor.public_url,
        reuse_days=step.reuse_days,
    )


async def _ask_about(
    executor: Executor, chunk: Chunk, step: Step, lines: Sequence[Line], subjects: Sequence[Subject]
) -> None:
    for line in lines:
        await close_lost_attempts(line, subjects)
        if chunk.asks_nothing:
            await give_up_waits(line, subjects)
    if not chunk.asks_nothing and subjects:
        await run_waterfall(step, lines, subjects, executor.stopping)
    conclude(step, subjects)


async def _wait_for_others(
    executor: Executor, chunk: Chunk, step: Step, lines: Sequence[Line], companies: Sequence[Subject]
) -> None:
    """Take in what other chunks were told about these companies; raises Parked while they still ask."""
    client_id = chunk.order.client_id
    async with executor.postgres.tenant(client_id) as connection:
        # First who is done, then what was said: in this order nothing said is missed.
        asked = await companies_still_asked(connection, chunk, [each.subject_id for each in companies])
        await take_history(connection, client_id, companies)
    open_ones = [each for each in companies if each.subject_id in asked and not is_through(step, lines, each)]
    if open_ones and not chunk.asks_nothing:
        reason = f"{len(open_ones)} of its companies are being asked about by other chunks"
        raise Parked(_COMPANY_REST_SECONDS, reason, waiting_for=lines[0].provider.document.name)
    conclude(step, companies)


def _counts(items: Sequence[Subject]) -> dict[str, int]:
    counted = Counter(item.state() for item in items)
    return {state.value: counted[state] for state in ItemState}
