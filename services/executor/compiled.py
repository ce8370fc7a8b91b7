"""A provider document with its expressions compiled, once per process and version."""

from dataclasses import dataclass

from services.executor.document import OutcomeRule, ProviderDocument
from services.executor.expression import Expression
from services.executor.outcome import Outcome

Rules = tuple[tuple[Expression, Outcome], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledAnswers:
    """How a bulk answer is taken apart."""

    list: Expression
    echo: Expression | None
    keys: tuple[tuple[Expression, Expression], ...]
    outcomes: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledWait:
    """How an answer that comes later is known and found."""

    accepted: Expression
    id: Expression | None
    pending: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledProvider:
    """What a call needs of its provider's document."""

    document: ProviderDocument
    requires: Expression
    item: Expression
    path: Expression | None
    query: Expression | None
    body: Expression | None
    outcomes: Rules
    answer: Expression
    answers: CompiledAnswers | None
    wait: CompiledWait | None
    cost: Expression | None


def compile_provider(document: ProviderDocument) -> CompiledProvider:
    """Compile every expression of the document."""
    return CompiledProvider(
        document=document,
        requires=Expression(document.requires),
        item=Expression(document.item),
        path=_optional(document.request.path),
        query=_optional(document.request.query),
        body=_optional(document.request.body),
        outcomes=_rules(document.outcomes),
        answer=Expression(document.answer),
        answers=_answers(document),
        wait=_wait(document),
        cost=_optional(document.cost.amount),
    )


def _answers(document: ProviderDocument) -> CompiledAnswers | None:
    if document.answers is None:
        return None
    return CompiledAnswers(
        list=Expression(document.answers.list),
        echo=_optional(document.answers.echo),
        keys=tuple((Expression(key.answer), Expression(key.item)) for key in document.answers.keys),
        outcomes=_rules(document.answers.outcomes),
    )


def _wait(document: ProviderDocument) -> CompiledWait | None:
    if document.wait is None:
        return None
    return CompiledWait(
        accepted=Expression(document.wait.accepted),
        id=_optional(document.wait.id),
        pending=Expression(document.wait.pending),
    )


def _rules(rules: tuple[OutcomeRule, ...]) -> Rules:
    return tuple((Expression(rule.when), rule.outcome) for rule in rules)


def _optional(text: str | None) -> Expression | None:
    return None if text is None else Expression(text)
