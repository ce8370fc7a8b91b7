"""A subject at work: a batch item or a company of the batch, and what was tried and said of it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg

from services.executor.calls.question import Seen
from services.executor.document import Retry
from services.executor.outcome import NEEDS_HELP, ItemState, Outcome, item_state
from services.executor.workflow import Per


@dataclass(slots=True)
class History:
    """The attempts of one provider in one step about one subject, in their order."""

    attempts: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)
    waits: dict[int, UUID] = field(default_factory=dict)
    """The attempts that are answered later, each with its wait."""
    answer: Any = None
    overruled: int = 0
    """So many of the outcomes, the first ones, are settled no more: somebody decided to ask again."""

    def add(self, attempt: int, outcome: Outcome, answer: Any) -> None:
        """Take in how an attempt ended."""
        self.attempts = max(self.attempts, attempt)
        self.outcomes.insert(0 if attempt == 0 else len(self.outcomes), outcome)
        self.waits.pop(attempt, None)
        if outcome is Outcome.OK or self.answer is None:
            self.answer = answer

    def wait(self, attempt: int, wait_id: UUID) -> None:
        """Take in that an attempt is answered later."""
        self.attempts = max(self.attempts, attempt)
        self.waits[attempt] = wait_id

    def settled(self, retry: Retry) -> bool:
        """Tell whether the provider is through: it ended in a way, or once too often, that is not tried again."""
        counted = self.outcomes[self.overruled :]
        if not counted or self.waits or self.needs_help:
            return False
        return Counter(counted)[counted[-1]] > retry.after.get(counted[-1], 0)

    @property
    def needs_help(self) -> bool:
        """Tell whether the last attempt was refused for want of credentials or credits: it waits for somebody."""
        return self.attempts > 0 and bool(self.outcomes) and self.outcomes[-1] in NEEDS_HELP and not self.waits

    @property
    def outcome(self) -> Outcome:
        """How the provider stands: the best that was said, else the last."""
        return Outcome.OK if Outcome.OK in self.outcomes else self.outcomes[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a step ended for a subject: with the answer of the provider that was accepted, or without one."""

    outcome: Outcome
    answer: Any
    provider: str


@dataclass(slots=True, eq=False)
class Subject:
    """A subject of the chunk at work."""

    subject_id: UUID
    per: Per
    number: int
    input: Mapping[str, Any]
    company: "Subject | None" = None
    histories: defaultdict[tuple[str, str], History] = field(default_factory=lambda: defaultdict(History))
    standings: dict[str, Standing] = field(default_factory=dict)

    def seen(self) -> Seen:
        """Return the subject as the expressions of a step see it: with what the steps before said.

        So a question asked again is the same question to the letter.
        """
        told = {**(self.company.standings if self.company else {}), **self.standings}
        results = {
            step: {"outcome": standing.outcome.value, "answer": standing.answer, "provider": standing.provider}
            for step, standing in told.items()
        }
        return Seen(subject_id=self.subject_id, number=self.number, input=self.input, results=results)

    def take(self, history: Iterable[asyncpg.Record]) -> None:
        """Know what was tried until now, in place of what was known; attempts never answered stand in `lost`."""
        self.histories.clear()
        for row in history:
            known = self.histories[row["step"], row["provider"]]
            if row["wait_id"] is not None and row["state"] == "started":
                known.wait(row["attempt"], row["wait_id"])
            elif row["state"] == "started":
                known.attempts = max(known.attempts, row["attempt"])
                known.lost.append(row["attempt"])
            else:
                known.add(row["attempt"], Outcome(row["state"]), row["json_payload"])
                if row["is_overruled"]:
                    known.overruled = len(known.outcomes)

    def state(self) -> ItemState:
        """Return the item's state once every step is through; its company's answers count for it."""
        standings = [*self.standings.values(), *(self.company.standings.values() if self.company else ())]
        return item_state([standing.outcome for standing in standings])
