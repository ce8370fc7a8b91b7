"""Poison: a chunk that fails over and over is split until the one item is found, which is put aside with the reason."""

from collections.abc import Sequence

import structlog

from services.executor.calls.line import Line
from services.executor.outcome import Outcome
from services.executor.run_step import append_uncalled
from services.executor.store.chunks import MOST_FALLS, Chunk
from services.executor.store.falls import split_chunk
from services.executor.store.runs import lock_run
from services.executor.subject import Subject
from services.executor.waterfall import conclude
from services.executor.workflow import Step
from shared.postgres import Postgres

_log = structlog.get_logger()


async def split(postgres: Postgres, chunk: Chunk) -> None:
    """Give back the chunk in two halves, one fall short of being split again after the next but one."""
    _log.warning("chunk split", first_item=chunk.first_item, last_item=chunk.last_item, falls=chunk.falls)
    async with postgres.tenant(chunk.order.client_id) as connection:
        await lock_run(connection, chunk.order.client_id, chunk.order.batch_id)
        await split_chunk(connection, chunk, falls=MOST_FALLS - 2)


async def quarantine(step: Step, lines: Sequence[Line], subjects: Sequence[Subject], *, falls: int) -> bool:
    """Append, as attempt 0, that the subjects for which the step is open are put aside; return whether any is."""
    detail = f"quarantined: {falls} runs in a row failed or were lost with this item alone; look at the executor's log"
    quarantined = False
    for subject in subjects:
        line = _open_line(lines, subject)
        if line is not None:
            await append_uncalled(line, [(subject, Outcome.PROVIDER_ERROR, detail)], attempt=0)
            quarantined = True
    conclude(step, subjects)
    return quarantined


def _open_line(lines: Sequence[Line], subject: Subject) -> Line | None:
    """Return the line whose provider would be asked next, None where an answer is there or everybody was asked."""
    for line in lines:
        history = subject.histories[line.step, line.provider.document.name]
        if Outcome.OK in history.outcomes:
            return None
        if not history.settled(line.provider.document.retry):
            return line
    return None
