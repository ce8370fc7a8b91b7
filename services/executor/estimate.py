"""Estimate a launch: which provider would be asked how often, and what that may cost. Nothing is asked.

Some rows are looked at, spread over the upload, and what is found among them is taken for all. What depends on answers
that are not there yet is a range: at least, and at most.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from services.executor.compiled import CompiledProvider
from services.executor.expression import Expression
from services.executor.store.estimates import Experience
from services.executor.workflow import Step, Workflow

MOST_LOOKED_AT = 1_000
"""Rows that are looked at; beyond, they stand for the others."""

_ENOUGH_EXPERIENCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """At least, and at most."""

    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a step would ask of one provider. `expected` is None without experience to tell it from."""

    step: str
    per: str
    provider: str
    asked: Range
    calls: Range
    hit_rate: float | None
    cost_unit: str
    cost_expected: Decimal | None
    cost_most: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an estimate is made from: the inputs looked at, for how many items they stand, and earlier answers."""

    inputs: Sequence[Mapping[str, Any]]
    items: int
    providers: Mapping[str, CompiledProvider]
    experience: Mapping[str, Experience]


def estimate(workflow: Workflow, known: Known) -> list[Estimate]:
    """Return an estimate for each provider of each step, in the order they would be asked."""
    made = list[Estimate]()
    for step in workflow.steps:
        share_left = 1.0
        for place, name in enumerate(step.providers):
            one = _of_provider(step, known, name, share_left=share_left, is_first=place == 0)
            made.append(one)
            share_left *= 1 - (one.hit_rate or 0)
    return made


def _of_provider(step: Step, known: Known, name: str, *, share_left: float, is_first: bool) -> Estimate:
    provider = known.providers[name]
    document = provider.document
    asked = _asked(step, provider, known)
    hit_rate, each = _experience(known.experience.get(name), Decimal(str(document.cost.estimate)))
    at_most = document.cost.at_most if document.cost.at_most is not None else document.cost.estimate
    least = asked.least if is_first else 0
    expected = None
    if hit_rate is not None:
        expected = round(Decimal(asked.most * share_left * hit_rate) * each, 2)
    return Estimate(
        step=step.name,
        per=step.per,
        provider=name,
        asked=Range(least=least, most=asked.most),
        calls=Range(least=_calls(least, document.batch_size), most=_calls(asked.most, document.batch_size)),
        hit_rate=None if hit_rate is None else round(hit_rate, 3),
        cost_unit=document.cost.unit,
        cost_expected=expected,
        cost_most=Decimal(str(at_most)) * asked.most,
    )


def _experience(experience: Experience | None, estimated: Decimal) -> tuple[float | None, Decimal]:
    """Return the share of questions that were answered (None: too few were asked), and what an answer cost."""
    if experience is None or experience.asked < _ENOUGH_EXPERIENCE:
        return None, estimated
    return experience.answered / experience.asked, experience.cost if experience.cost is not None else estimated


def _calls(asked: int, batch_size: int) -> int:
    return math.ceil(asked / batch_size)


def _asked(step: Step, provider: CompiledProvider, known: Known) -> Range:
    """Return how many items, or companies, can be asked about, taken from those looked at."""
    conditions = [provider.requires, *([Expression(step.when)] if step.when is not None else [])]
    sure = [each for each in known.inputs if all(_holds(condition, each) for condition in conditions)]
    # Where a condition looks at answers, those for whom it does not hold now may still be asked about.
    independent = [condition for condition in conditions if "results" not in condition.text]
    possible = [each for each in known.inputs if all(_holds(condition, each) for condition in independent)]
    if step.per == "company":
        return Range(least=len(_companies(sure)), most=_scaled(len(_companies(possible)), known))
    return Range(least=_scaled(len(sure), known), most=_scaled(len(possible), known))


def _holds(condition: Expression, given: Mapping[str, Any]) -> bool:
    return condition.holds({"input": given, "results": {}, "ref": ""})


def _companies(inputs: Sequence[Mapping[str, Any]]) -> set[str]:
    told = (each.get("company_domain") or each.get("company_name") for each in inputs)
    return {name.casefold() for name in told if name}


def _scaled(count: int, known: Known) -> int:
    return math.ceil(count * known.items / len(known.inputs)) if known.inputs else 0
