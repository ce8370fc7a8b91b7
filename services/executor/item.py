"""A batch item at work: its input, and step by step what was tried and what was said."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from services.executor.calls.question import Subject
from services.executor.document import Retry
from services.executor.outcome import NEEDS_HELP, ItemState, Outcome, item_state


@dataclass(slots=True)
class StepHistory:
    """The attempts of one step of one item, in their order."""

    attempts: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    answer: Any = None

    def add(self, attempt: int, outcome: Outcome, answer: Any) -> None:
        """Take in how an attempt ended."""
        self.attempts = max(self.attempts, attempt)
        self.outcomes.append(outcome)
        if outcome is Outcome.OK or self.answer is None:
            self.answer = answer

    def settled(self, retry: Retry) -> bool:
        """Tell whether the step is over: it ended in a way, or once too often, that is not tried again."""
        if not self.outcomes or self.needs_help:
            return False
        last = self.outcomes[-1]
        return Counter(self.outcomes)[last] > retry.after.get(last, 0)

    @property
    def needs_help(self) -> bool:
        """Tell whether the last attempt was refused for want of credentials or credits: it waits for somebody."""
        return self.attempts > 0 and bool(self.outcomes) and self.outcomes[-1] in NEEDS_HELP

    @property
    def outcome(self) -> Outcome:
        """How the step stands: the best that was said, else the last."""
        return Outcome.OK if Outcome.OK in self.outcomes else self.outcomes[-1]


@dataclass(slots=True)
class Item:
    """An item of the chunk at work."""

    item_id: UUID
    item_no: int
    input: Mapping[str, Any]
    steps: defaultdict[str, StepHistory] = field(default_factory=lambda: defaultdict(StepHistory))

    def subject(self, step: str) -> Subject:
        """Return the item as the expressions of a step see it: with what other steps said, not its own attempts.

        So a question asked again is the same question to the letter.
        """
        results = {
            other: {"outcome": history.outcome.value, "answer": history.answer}
            for other, history in self.steps.items()
            if history.outcomes and other != step
        }
        return Subject(item_id=self.item_id, item_no=self.item_no, input=self.input, results=results)

    def state(self) -> ItemState:
        """Return the item's state once every step is settled, or as it stands: steps not tried say nothing."""
        return item_state([history.outcome for history in self.steps.values() if history.outcomes])


def items_with_history(items: Iterable[asyncpg.Record], history: Iterable[asyncpg.Record]) -> list[Item]:
    """Return the items, with what earlier runs of the chunk tried; attempts never answered stand in `lost`."""
    found = {
        row["batch_item_id"]: Item(item_id=row["batch_item_id"], item_no=row["item_no"], input=row["input"])
        for row in items
    }
    for row in history:
        step = found[row["batch_item_id"]].steps[row["step"]]
        if row["state"] == "started":
            step.attempts = max(step.attempts, row["attempt"])
            step.lost.append(row["attempt"])
        else:
            step.add(row["attempt"], Outcome(row["state"]), row["json_payload"])
    return list(found.values())
