"""Run one step for the items of a chunk: skip what can't be asked, ask about the rest until each is settled."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, wait_exponential_jitter

from services.executor.budget import OverBudget
from services.executor.calls.call import Line, call
from services.executor.calls.reply import ItemAnswer, Reply
from services.executor.expression import Expression
from services.executor.gate import LONGEST_REST_SECONDS
from services.executor.item import Item
from services.executor.outcome import Outcome
from services.executor.parked import Parked
from services.executor.retry_after import retry_after
from services.executor.store.results import Attempt, Result
from services.executor.workflow import Step
from shared.events import utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What a round left open: wait so long, for this reason, and ask again."""

    seconds: float | None
    reason: str


async def run_step(line: Line, step: Step, items: Sequence[Item], stopping: asyncio.Event) -> None:
    """Bring this step of every item to its end.

    Raises Parked once nothing more can be done now, Fenced if the chunk is another's; calls in flight are
    finished and appended before either.
    """
    retry = line.provider.document.retry
    unsettled = [item for item in items if not item.steps[step.name].settled(retry)]
    askable = await skip_unaskable(line, step, unsettled)
    groups = [_Group(line=line, step=step, open=group, stopping=stopping) for group in _grouped(askable, line)]
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


def _grouped(items: Sequence[Item], line: Line) -> Iterator[list[Item]]:
    size = line.provider.document.batch_size
    for start in range(0, len(items), size):
        yield list(items[start : start + size])


async def skip_unaskable(line: Line, step: Step, items: Sequence[Item]) -> list[Item]:
    """Append why an item is not asked about (attempt 0), and return those that are."""
    condition = Expression(step.when) if step.when is not None else None
    askable, unaskable = list[Item](), list[tuple[Item, Outcome, str]]()
    for item in items:
        seen = item.subject(step.name).document()
        if condition is not None and not condition.holds(seen):
            unaskable.append((item, Outcome.SKIPPED, f"condition not met: {step.when}"))
        elif not line.provider.requires.holds(seen):
            unaskable.append((item, Outcome.SKIPPED, "the row lacks what this provider needs to find the person"))
        elif line.configuration.missing:
            missing = ", ".join(line.configuration.missing)
            detail = f"not configured: give {missing} with PUT /providers/{step.provider}/configuration"
            unaskable.append((item, Outcome.AUTH_FAILED, detail))
        else:
            askable.append(item)
    await _append_uncalled(line, step, unaskable, attempt=0)
    return askable


async def close_lost_attempts(line: Line, step: Step, items: Sequence[Item]) -> None:
    """Append `unknown` for attempts that an earlier run began and never finished: they may have been charged."""
    detail = "asked, but the executor was lost before the answer was stored"
    for item in items:
        for attempt in item.steps[step.name].lost:
            await _append_uncalled(line, step, [(item, Outcome.UNKNOWN, detail)], attempt=attempt)


async def _append_uncalled(line: Line, step: Step, said: Sequence[tuple[Item, Outcome, str]], *, attempt: int) -> None:
    if not said:
        return
    document = line.provider.document
    results = [
        Result(
            attempt=Attempt(
                order=line.order, item_id=item.item_id, step=step.name, provider=document.name, attempt=attempt
            ),
            provider_version=document.version,
            outcome=outcome,
            detail=detail,
            payload=None,
            call_id=None,
            cost=Decimal(0),
            cost_unit=document.cost.unit,
            cost_source="unknown" if outcome is Outcome.UNKNOWN else "none",
        )
        for item, outcome, detail in said
    ]
    await line.ledger.append(None, results)
    for item, outcome, _ in said:
        item.steps[step.name].add(attempt, outcome, None)


@dataclass(slots=True)
class _Group:
    """Items asked about together; those settled leave it round by round."""

    line: Line
    step: Step
    open: list[Item]
    stopping: asyncio.Event

    async def ask_until_settled(self) -> None:
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
                raise Parked(seconds, f"{self.step.provider} asked for a rest or failed; asked again after it")
            await asyncio.sleep(seconds)

        retrying = AsyncRetrying(wait=wait, sleep=rest, retry=retry_if_result(lambda again: again is not None))
        await retrying(self._ask_once)

    async def _ask_once(self) -> Again | None:
        if self.stopping.is_set():
            raise Parked(0, "the executor is stopping")
        attempts = [self._next_attempt(item) for item in self.open]
        reply, answers = await call(self.line, [item.subject(self.step.name) for item in self.open], attempts)
        self._take_in(attempts, answers)
        if not self.open:
            return None
        return self._again(reply)

    def _next_attempt(self, item: Item) -> Attempt:
        number = item.steps[self.step.name].attempts + 1
        return Attempt(
            order=self.line.order,
            item_id=item.item_id,
            step=self.step.name,
            provider=self.step.provider,
            attempt=number,
        )

    def _take_in(self, attempts: Sequence[Attempt], answers: Sequence[ItemAnswer]) -> None:
        retry = self.line.provider.document.retry
        for item, attempt, answer in zip(self.open, attempts, answers, strict=True):
            item.steps[self.step.name].add(attempt.attempt, answer.outcome, answer.answer)
        self.open = [item for item in self.open if not item.steps[self.step.name].settled(retry)]

    def _again(self, reply: Reply) -> Again:
        reason = reply.detail or reply.outcome.value
        if reply.outcome is Outcome.THROTTLED or any(item.steps[self.step.name].needs_help for item in self.open):
            return Again(seconds=0.0, reason=reason)  # the gate was told, and lets nobody pass before it is time
        return Again(seconds=retry_after(reply.exchange.headers, utc_now()), reason=reason)
