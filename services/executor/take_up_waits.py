"""Take up the waits of a chunk: take in what was called back, ask after what is due, close what is over."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import asyncpg
import zstandard

from services.executor.calls.ask_after import ask_after
from services.executor.calls.line import Line
from services.executor.calls.question import Question, Seen
from services.executor.calls.read import read
from services.executor.calls.record import results_of
from services.executor.calls.reply import ItemAnswer, Reply, classify
from services.executor.expression import without_nulls
from services.executor.outcome import Outcome
from services.executor.run_step import append_uncalled, attempt_of, history_of
from services.executor.store.results import Result
from services.executor.store.waits import callbacks_of, waits_of
from services.executor.subject import Subject
from shared.wire import Exchange

_NO_LAST_WORD = frozenset(
    {Outcome.PENDING, Outcome.THROTTLED, Outcome.AUTH_FAILED, Outcome.PROVIDER_ERROR, Outcome.UNKNOWN}
)
"""How asking after a request may end that says nothing of the request itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A wait and the subjects still in it; each stands there with the number of its attempt."""

    line: Line
    wait_id: UUID
    subjects: dict[Subject, int]
    asked: dict[Subject, tuple[Seen, Any]] = field(default_factory=dict)
    """What was asked about whom: worked out once, however many callbacks there are."""

    def open(self) -> dict[Subject, int]:
        """Return those that nothing was said of since."""
        return {
            each: attempt for each, attempt in self.subjects.items() if attempt in history_of(self.line, each).waits
        }


async def take_up_waits(line: Line, subjects: Sequence[Subject]) -> None:
    """Bring every wait of the subjects as far as it goes now. Raises Parked if the provider is not to be asked now."""
    waiting = _waiting(line, subjects)
    if not waiting:
        return
    client_id = line.order.client_id
    async with line.postgres.tenant(client_id) as connection:
        standing = {row["wait_id"]: row for row in await waits_of(connection, client_id, list(waiting))}
        callbacks = await callbacks_of(connection, client_id, list(waiting))
    results = list[Result]()
    for callback in callbacks:
        reply = classify(line.provider, _exchange_of(callback), later=True)
        results += _taken_in(waiting[callback["wait_id"]], reply, callback["call_id"], called_back=True)
    if results:
        await line.ledger.append(None, results)
    ended = await asyncio.gather(
        *(_go_on(each, standing[each.wait_id]) for each in waiting.values()), return_exceptions=True
    )
    for failure in ended:
        if failure is not None:
            raise failure


async def next_look(line: Line, subjects: Sequence[Subject]) -> float | None:
    """Return in how many seconds a wait of the subjects is to be looked at again, or None if there is none."""
    waiting = _waiting(line, subjects)
    if not waiting:
        return None
    client_id = line.order.client_id
    async with line.postgres.tenant(client_id) as connection:
        rows = await waits_of(connection, client_id, list(waiting))
    return max(0.0, min(min(float(row["expires_in"]), _due_in(line, row)) for row in rows))


async def give_up_waits(line: Line, subjects: Sequence[Subject]) -> None:
    """Append for everything that is waited for that nobody waits any more: it may have been charged."""
    detail = "asked, but the batch ended before the answer came"
    for waiting in _waiting(line, subjects).values():
        await _close(waiting, Outcome.UNKNOWN, detail)


def _waiting(line: Line, subjects: Sequence[Subject]) -> dict[UUID, _Waiting]:
    members = defaultdict[UUID, dict[Subject, int]](dict)
    for subject in subjects:
        for attempt, wait_id in history_of(line, subject).waits.items():
            members[wait_id][subject] = attempt
    return {wait_id: _Waiting(line=line, wait_id=wait_id, subjects=found) for wait_id, found in members.items()}


async def _go_on(waiting: _Waiting, row: asyncpg.Record) -> None:
    """Ask after a wait if it is time, and close it if its time is up."""
    if waiting.open() and _due_in(waiting.line, row) <= 0:
        stored, told, reply = await ask_after(
            waiting.line, waiting.wait_id, follow=row["follow"], failures=row["failures"]
        )
        if reply.outcome is Outcome.PROVIDER_ERROR and told.failures > _tolerated(waiting.line):
            reply = replace(reply, outcome=Outcome.EXPIRED, detail=f"asked after {told.failures} times: {reply.detail}")
        results = _taken_in(waiting, reply, stored.call_id)
        await waiting.line.ledger.append(stored, results, told=told)
    if waiting.open() and row["expires_in"] <= 0:
        if row["accepted"]:
            await _close(waiting, Outcome.EXPIRED, "no answer came in time")
        else:
            await _close(waiting, Outcome.UNKNOWN, "asked, but neither an answer nor a callback came in time")


def _due_in(line: Line, row: asyncpg.Record) -> float:
    wait = line.provider.document.wait
    assert wait is not None  # noqa: S101 - the provider answers later
    if row["follow"] is None:
        return float("inf")
    every = wait.every_seconds * 2 ** min(row["failures"], 10) if row["failures"] else wait.every_seconds
    longest = max(line.provider.document.retry.longest_wait_seconds, wait.every_seconds)
    return float(min(every, longest) - row["asked_ago"])


def _tolerated(line: Line) -> int:
    return line.provider.document.retry.after.get(Outcome.PROVIDER_ERROR, 0)


def _taken_in(waiting: _Waiting, reply: Reply, call_id: UUID, *, called_back: bool = False) -> list[Result]:
    """Return what is to be appended of a reply, and let its subjects know it."""
    line = waiting.line
    said = _said(waiting, reply, called_back=called_back)
    results = _results(waiting, call_id, said)
    for subject, attempt, answer in said:
        history_of(line, subject).add(attempt, answer.outcome, answer.answer)
    return results


def _said(waiting: _Waiting, reply: Reply, *, called_back: bool) -> list[tuple[Subject, int, ItemAnswer]]:
    """Return of whom the reply says something; who is not in one that is not the last goes on waiting."""
    line, members = waiting.line, waiting.open()
    assert line.provider.wait is not None  # noqa: S101 - the provider answers later
    is_last = not line.provider.wait.pending.holds(reply.document)
    if not members or (not is_last and line.provider.answers is None) or (is_last and reply.outcome in _NO_LAST_WORD):
        return []
    seen, question = _question(waiting, list(members))
    answers = read(line.provider, question, seen, reply if is_last else replace(reply, outcome=Outcome.OK))
    return [
        (subject, attempt, replace(answer, cost_source="callback") if called_back and answer.cost else answer)
        for (subject, attempt), answer in zip(members.items(), answers, strict=True)
        if is_last or answer.answer is not None
    ]


def _question(waiting: _Waiting, subjects: Sequence[Subject]) -> tuple[list[Seen], Question]:
    """Return what was asked about these subjects of the wait, as if they had been the only ones."""
    line = waiting.line
    for subject in subjects:
        if subject not in waiting.asked:
            seen = subject.seen()
            waiting.asked[subject] = (seen, without_nulls(line.provider.item.of(seen.document())))
    known = [waiting.asked[subject] for subject in subjects]
    items = [item for _, item in known]
    return [seen for seen, _ in known], Question(method="GET", url="", body=None, items=items, sha256=b"")


def _results(waiting: _Waiting, call_id: UUID, said: Sequence[tuple[Subject, int, ItemAnswer]]) -> list[Result]:
    line = waiting.line
    seen, question = _question(waiting, [subject for subject, _, _ in said])
    attempts = [replace(attempt_of(line, subject, attempt), wait_id=waiting.wait_id) for subject, attempt, _ in said]
    answers = [answer for _, _, answer in said]
    return results_of(line, call_id, question, list(zip(seen, attempts, answers, strict=True)))


async def _close(waiting: _Waiting, outcome: Outcome, detail: str) -> None:
    for subject, attempt in waiting.open().items():
        await append_uncalled(waiting.line, [(subject, outcome, detail)], attempt=attempt)


def _exchange_of(callback: asyncpg.Record) -> Exchange:
    """Return a callback as an exchange; JSON that came to us says of its request what an answer 200 would."""
    content = b"" if callback["answer_zstd"] is None else zstandard.decompress(callback["answer_zstd"])
    return Exchange(
        called_at=callback["called_at"], milliseconds=0, status=200, headers=callback["headers"], content=content
    )
