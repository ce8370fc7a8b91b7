"""A step's providers, asked in turn until an answer is accepted; a step with one provider is the shortest of these."""

import asyncio
from collections.abc import Sequence

from services.executor.calls.line import Line
from services.executor.expression import Expression
from services.executor.outcome import Outcome, gravest
from services.executor.parked import Parked
from services.executor.run_step import append_uncalled, run_step
from services.executor.subject import Standing, Subject
from services.executor.take_up_waits import next_look, take_up_waits
from services.executor.workflow import Step


async def run_waterfall(
    step: Step, lines: Sequence[Line], subjects: Sequence[Subject], stopping: asyncio.Event
) -> None:
    """Bring the step of every subject to its end; `lines` lead to the step's providers, in their order.

    Raises as `run_step` does; what was answered until then stands, and the step goes on from there.
    """
    wanted = await _skip_unwanted(step, lines[0], subjects)
    waiting = [each for each in wanted if not any(_accepted(step, each, provider) for provider in step.providers)]
    for line in lines:
        await take_up_waits(line, waiting)
        await run_step(line, waiting, stopping)
        await _wait_for_answers(line, waiting)
        waiting = [subject for subject in waiting if not _accepted(step, subject, line.provider.document.name)]


async def _wait_for_answers(line: Line, subjects: Sequence[Subject]) -> None:
    """Raise Parked while answers are to come; a callback brings the chunk back at once."""
    seconds = await next_look(line, subjects)
    if seconds is not None:
        raise Parked(seconds, f"answers of {line.provider.document.name} are to come")


def conclude(step: Step, subjects: Sequence[Subject]) -> None:
    """Say how the step stands for each subject that was asked about, or skipped."""
    for subject in subjects:
        standing = _standing(step, subject)
        if standing is not None:
            subject.standings[step.name] = standing


def is_through(step: Step, lines: Sequence[Line], subject: Subject) -> bool:
    """Tell whether nobody is to be asked about the subject any more."""
    for line in lines:
        document = line.provider.document
        if not subject.histories[step.name, document.name].settled(document.retry):
            return False
        if _accepted(step, subject, document.name):
            return True
    return True


async def _skip_unwanted(step: Step, line: Line, subjects: Sequence[Subject]) -> list[Subject]:
    """Append, once, that the step's condition does not hold for a subject; return those it holds for."""
    if step.when is None:
        return list(subjects)
    condition = Expression(step.when)
    wanted, unwanted = list[Subject](), list[Subject]()
    for subject in subjects:
        (wanted if condition.holds(subject.seen().document()) else unwanted).append(subject)
    new = [each for each in unwanted if not each.histories[step.name, line.provider.document.name].outcomes]
    detail = f"condition not met: {step.when}"
    await append_uncalled(line, [(subject, Outcome.SKIPPED, detail) for subject in new], attempt=0)
    return wanted


async def skip_without_company(step: Step, line: Line, items: Sequence[Subject]) -> None:
    """Append, once, for each item that names no company, that nobody was asked."""
    alone = [item for item in items if item.company is None]
    new = [item for item in alone if not item.histories[step.name, line.provider.document.name].outcomes]
    await append_uncalled(line, [(item, Outcome.SKIPPED, "the row names no company") for item in new], attempt=0)
    conclude(step, alone)


def _accepted(step: Step, subject: Subject, provider: str) -> bool:
    history = subject.histories[step.name, provider]
    if Outcome.OK not in history.outcomes:
        return False
    seen = subject.seen().document()
    return step.accept is None or Expression(step.accept).holds({**seen, "answer": history.answer})


def _standing(step: Step, subject: Subject) -> Standing | None:
    asked = [name for name in step.providers if subject.histories[step.name, name].outcomes]
    accepted = next((name for name in asked if _accepted(step, subject, name)), None)
    if accepted is not None:
        answer = subject.histories[step.name, accepted].answer
        return Standing(outcome=Outcome.OK, answer=answer, provider=accepted)
    if not asked:
        return None
    outcomes = {name: subject.histories[step.name, name].outcome for name in asked}
    # An answer that was not good enough is none.
    misses = {name: Outcome.NO_MATCH if outcome is Outcome.OK else outcome for name, outcome in outcomes.items()}
    name = gravest(misses)
    answer = None if outcomes[name] is Outcome.OK else subject.histories[step.name, name].answer
    return Standing(outcome=misses[name], answer=answer, provider=name)
