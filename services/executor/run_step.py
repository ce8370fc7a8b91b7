"""Ask one provider in a step about the subjects of a chunk: skip what can't be asked, ask until each is settled."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, wait_exponential_jitter

from services.executor.budget import OverBudget
from services.executor.calls.call import call
from services.executor.calls.line import Line
from services.executor.calls.reply import ItemAnswer, Reply
from services.executor.document import Retry
from services.executor.gate import LONGEST_REST_SECONDS
from services.executor.outcome import Outcome
from services.executor.parked import Parked
from services.executor.retry_after import retry_after
from services.executor.reuse import reuse_answers
from services.executor.store.results import Attempt, Result
from services.executor.subject import History, Subject
from shared.events import utc_now

_NOUN = {"item": "person", "company": "company"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A round left something open: ask again after `seconds`, or where nobody said how long, in growing intervals."""

    seconds: float | None


async def run_step(line: Line, subjects: Sequence[Subject], stopping: asyncio.Event) -> None:
    """Ask this provider about every subject until it has said its last word, or that its answer comes later.

    Raises Parked once nothing more can be done now, Fenced if the chunk is another's; calls in flight are
    finished and appended before either.
    """
    retry = line.provider.document.retry
    unsettled = [subject for subject in subjects if not _rests(history_of(line, subject), retry)]
    askable = await _skip_unaskable(line, unsettled)
    if line.reuse_days is not None:
        askable = await reuse_answers(line, askable, days=line.reuse_days)
    groups = [_Group(line=line, open=group, stopping=stopping) for group in _grouped(askable, line)]
    ended = await asyncio.gather(*(group.ask_until_settled() for group in groups), return_exceptions=True)
    failures = [failure for failure in ended if isinstance(failure, BaseException)]
    parked = [failure for failure in failures if isinstance(failure, Parked)]
    for failure in failures:
        if not isinstance(failure, Parked | OverBudget):
            raise failure
    over = [failure for failure in failures if isinstance(failure, OverBudget)]
    if over:
        raise min(over, key=lambda each: each.need)
    if parked:
        raise min(parked, key=lambda each: each.seconds)


def history_of(line: Line, subject: Subject) -> History:
    """Return what this provider was asked and said in this step about the subject."""
    return subject.histories[line.step, line.provider.document.name]


def _rests(history: History, retry: Retry) -> bool:
    """Tell whether there is nothing to ask now: the provider is through, or its answer comes later."""
    return bool(history.waits) or history.settled(retry)


def _grouped(subjects: Sequence[Subject], line: Line) -> Iterator[list[Subject]]:
    size = line.provider.document.batch_size
    for start in range(0, len(subjects), size):
        yield list(subjects[start : start + size])


async def _skip_unaskable(line: Line, subjects: Sequence[Subject]) -> list[Subject]:
    """Append why a subject is not asked about (attempt 0), and return those that are."""
    askable, unaskable = list[Subject](), list[tuple[Subject, Outcome, str]]()
    for subject in subjects:
        if not line.provider.requires.holds(subject.seen().document()):
            unaskable.append(
                (subject, Outcome.SKIPPED, f"the row lacks what this provider needs to find the {_NOUN[subject.per]}")
            )
        elif line.configuration.missing:
            missing = ", ".join(line.configuration.missing)
            detail = f"not configured: give {missing} with PUT /providers/{line.provider.document.name}/configuration"
            unaskable.append((subject, Outcome.AUTH_FAILED, detail))
        else:
            askable.append(subject)
    await append_uncalled(line, unaskable, attempt=0)
    return askable


async def close_lost_attempts(line: Line, subjects: Sequence[Subject]) -> None:
    """Append `unknown` for attempts that an earlier run began and never finished: they may have been charged."""
    detail = "asked, but the executor was lost before the answer was stored"
    for subject in subjects:
        for attempt in history_of(line, subject).lost:
            await append_uncalled(line, [(subject, Outcome.UNKNOWN, detail)], attempt=attempt)


async def append_uncalled(line: Line, said: Sequence[tuple[Subject, Outcome, str]], *, attempt: int) -> None:
    """Append what is said of subjects without a call."""
    if not said:
        return
    document = line.provider.document
    results = [
        Result(
            attempt=attempt_of(line, subject, attempt),
            provider_version=document.version,
            outcome=outcome,
            detail=detail,
            payload=None,
            call_id=None,
            cost=Decimal(0),
            cost_unit=document.cost.unit,
            cost_source="unknown" if outcome is Outcome.UNKNOWN else "none",
        )
        for subject, outcome, detail in said
    ]
    await line.ledger.append(None, results)
    for subject, outcome, _ in said:
        history_of(line, subject).add(attempt, outcome, None)


def attempt_of(line: Line, subject: Subject, number: int) -> Attempt:
    """Return the attempt of this number, as it is written."""
    return Attempt(
        order=line.order,
        subject_id=subject.subject_id,
        per=subject.per,
        step=line.step,
        provider=line.provider.document.name,
        attempt=number,
    )


@dataclass(slots=True)
class _Group:
    """Subjects asked about together; those settled leave it round by round."""

    line: Line
    open: list[Subject]
    stopping: asyncio.Event

    async def ask_until_settled(self) -> None:
        """Ask round after round; raises Parked where the next is not worth waiting for."""
        retry = self.line.provider.document.retry
        backoff = wait_exponential_jitter(
            multiplier=retry.first_wait_seconds, max=retry.longest_wait_seconds, jitter=retry.first_wait_seconds
        )

        def wait(state: RetryCallState) -> float:
            again = state.outcome.result() if state.outcome is not None else None
            asked_for = again.seconds if again is not None else None
            return min(backoff(state) if asked_for is None else asked_for, retry.longest_wait_seconds)

        async def rest(seconds: float) -> None:
            if seconds > LONGEST_REST_SECONDS:
                name = self.line.provider.document.name
                raise Parked(seconds, f"{name} asked for a rest or failed; asked again after it")
            await asyncio.sleep(seconds)

        retrying = AsyncRetrying(wait=wait, sleep=rest, retry=retry_if_result(lambda again: again is not None))
        await retrying(self._ask_once)

    async def _ask_once(self) -> Again | None:
        if self.stopping.is_set():
            raise Parked(0, "the executor is stopping")
        attempts = [attempt_of(self.line, each, history_of(self.line, each).attempts + 1) for each in self.open]
        reply, answers = await call(self.line, [each.seen() for each in self.open], attempts)
        self._take_in(attempts, answers)
        if not self.open:
            return None
        return self._again(reply)

    def _take_in(self, attempts: Sequence[Attempt], answers: Sequence[ItemAnswer]) -> None:
        retry = self.line.provider.document.retry
        for subject, attempt, answer in zip(self.open, attempts, answers, strict=True):
            history = history_of(self.line, subject)
            if answer.wait_id is not None:
                history.wait(attempt.attempt, answer.wait_id)
            else:
                history.add(attempt.attempt, answer.outcome, answer.answer)
        self.open = [each for each in self.open if not _rests(history_of(self.line, each), retry)]

    def _again(self, reply: Reply) -> Again:
        if reply.outcome is Outcome.THROTTLED or any(history_of(self.line, each).needs_help for each in self.open):
            return Again(seconds=0.0)  # the gate was told, and lets nobody pass before it is time
        return Again(seconds=retry_after(reply.exchange.headers, utc_now()))
