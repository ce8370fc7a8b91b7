"""Reuse: what this client was told before in answer to the same question is appended again, without call or cost."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

import asyncpg

from services.executor.calls.digest import question_digest
from services.executor.calls.line import Line
from services.executor.expression import without_nulls
from services.executor.outcome import Outcome
from services.executor.store.results import Attempt, Result
from services.executor.store.reuse import earlier_answers
from services.executor.subject import Subject


async def reuse_answers(line: Line, subjects: Sequence[Subject], *, days: int) -> list[Subject]:
    """Append, as attempt 0, what was answered within so many days; return the subjects that are still to be asked."""
    name = line.provider.document.name
    fresh = [each for each in subjects if not each.histories[line.step, name].attempts]
    questions = {each.subject_id: _digest(line, each) for each in fresh if not each.histories[line.step, name].outcomes}
    async with line.postgres.tenant(line.order.client_id) as connection:
        rows = await earlier_answers(connection, line.order.client_id, name, list(questions.values()), days=days)
    known = {row["question"]: row for row in rows}
    found = [(each, known[questions[each.subject_id]]) for each in fresh if questions.get(each.subject_id) in known]
    if found:
        await line.ledger.append(None, [_reused(line, subject, origin) for subject, origin in found])
    for subject, origin in found:
        subject.histories[line.step, name].add(0, Outcome(origin["outcome"]), origin["json_payload"])
    told = {subject for subject, _ in found}
    return [each for each in subjects if each not in told]


def _digest(line: Line, subject: Subject) -> UUID:
    seen = subject.seen()
    item = without_nulls(line.provider.item.of(seen.document()))
    return question_digest(line.provider, line.configuration.variables, seen, item)


def _reused(line: Line, subject: Subject, origin: asyncpg.Record) -> Result:
    document = line.provider.document
    return Result(
        attempt=Attempt(
            order=line.order,
            subject_id=subject.subject_id,
            per=subject.per,
            step=line.step,
            provider=document.name,
            attempt=0,
        ),
        provider_version=origin["provider_version"],
        outcome=Outcome(origin["outcome"]),
        detail=f"told already on {origin['created_at']:%Y-%m-%d}",
        payload=None if origin["payload"] is None else origin["payload"].encode(),
        call_id=None,
        cost=Decimal(0),
        cost_unit=document.cost.unit,
        cost_source="reused",
        origin_id=origin["result_id"],
    )
