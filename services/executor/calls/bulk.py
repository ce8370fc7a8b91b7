"""The shape `bulk`: many items per call; each answer is given to the item it belongs to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import structlog

from services.executor.calls.question import Question, Seen
from services.executor.calls.reply import ItemAnswer, Reply, call_cost, first_that_holds
from services.executor.compiled import CompiledAnswers, CompiledProvider
from services.executor.expression import Expression
from services.executor.outcome import Outcome

_log = structlog.get_logger()


def read_bulk(
    provider: CompiledProvider, question: Question, subjects: Sequence[Seen], reply: Reply
) -> list[ItemAnswer]:
    """Return what the reply says of each subject, in their order.

    An item no answer belongs to gets the document's `missing` outcome; answers that belong to no item stay in
    the stored bytes and are logged.
    """
    assert provider.answers is not None  # noqa: S101 - bulk documents have them
    if reply.outcome is not Outcome.OK:
        unsure = "unknown" if reply.outcome is Outcome.UNKNOWN else "none"
        return [ItemAnswer(outcome=reply.outcome, detail=reply.detail, cost_source=unsure) for _ in subjects]
    listed = provider.answers.list.of(reply.document)
    if not isinstance(listed, list):
        detail = f"the answer has no list at {provider.answers.list.text}"
        return [ItemAnswer(outcome=Outcome.PROVIDER_ERROR, detail=detail) for _ in subjects]
    matched = _match(provider, question, subjects, listed)
    answers = [_item_answer(provider, reply, matched.get(place)) for place in range(len(subjects))]
    return _with_costs(provider, reply, answers)


def _match(
    provider: CompiledProvider, question: Question, subjects: Sequence[Seen], listed: list[Any]
) -> dict[int, Any]:
    rules = provider.answers
    how = provider.document.answers
    assert rules is not None and how is not None  # noqa: S101, PT018 - bulk documents have them
    given = [answer for answer in listed if answer is not None]
    if how.match == "position":
        return {place: answer for place, answer in enumerate(listed[: len(subjects)]) if answer is not None}
    matched = _by_echo(rules, subjects, given) if how.match == "echo" else _by_key(provider, question.items, given)
    if len(matched) < len(given):
        _log.info(
            "answers belong to no item, or to one twice",
            provider=provider.document.name,
            answers=len(given),
            matched=len(matched),
        )
    return matched


def _by_echo(rules: CompiledAnswers, subjects: Sequence[Seen], given: list[Any]) -> dict[int, Any]:
    assert rules.echo is not None  # noqa: S101 - validated with the document
    places = {str(subject.subject_id): place for place, subject in enumerate(subjects)}
    matched: dict[int, Any] = {}
    for answer in given:
        place = places.get(str(rules.echo.of(answer)))
        if place is not None:
            matched.setdefault(place, answer)
    return matched


def _by_key(provider: CompiledProvider, items: Sequence[Any], given: list[Any]) -> dict[int, Any]:
    """Match by the strongest key first. Items may share an answer only by a key that says `same_person`."""
    assert provider.answers is not None and provider.document.answers is not None  # noqa: S101, PT018 - bulk
    matched: dict[int, Any] = {}
    open_answers = dict(enumerate(given))
    for (answer_key, item_key), key in zip(provider.answers.keys, provider.document.answers.keys, strict=True):
        waiting = _places_by_key(item_key, items, matched)
        for number, answer in list(open_answers.items()):
            places = waiting.get(_key(answer_key, answer), [])
            if places and (key.same_person or len(places) == 1):
                matched.update(dict.fromkeys(places, answer))
                del waiting[_key(answer_key, answer)], open_answers[number]
    return matched


def _places_by_key(item_key: Expression, items: Sequence[Any], matched: Mapping[int, Any]) -> dict[str, list[int]]:
    waiting: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        key = _key(item_key, item)
        if place not in matched and key:
            waiting.setdefault(key, []).append(place)
    return waiting


def _key(expression: Expression, document: object) -> str:
    """Return the text to compare: addresses without scheme, `www.` and last slash, all in lower case."""
    found = expression.of(document)
    if not isinstance(found, str | int):
        return ""
    text = str(found).strip().casefold().rstrip("/")
    return text.removeprefix("https://").removeprefix("http://").removeprefix("www.")


def _item_answer(provider: CompiledProvider, reply: Reply, answer: Any) -> ItemAnswer:
    assert provider.answers is not None and provider.document.answers is not None  # noqa: S101, PT018 - bulk
    if answer is None:
        return ItemAnswer(outcome=provider.document.answers.missing, detail="not in the answer")
    ruled = first_that_holds(provider.answers.outcomes, {**reply.document, "answer": answer})
    return ItemAnswer(outcome=ruled or Outcome.OK, answer=answer)


def _with_costs(provider: CompiledProvider, reply: Reply, answers: list[ItemAnswer]) -> list[ItemAnswer]:
    """Share the call's cost among the items charged; the last bears what does not divide."""
    cost = provider.document.cost
    charged = [place for place, each in enumerate(answers) if each.outcome in cost.charged_outcomes]
    said = call_cost(provider, reply)
    shares = list(_shares(said, len(charged))) if said is not None else [Decimal(str(cost.estimate))] * len(charged)
    source = str(cost.source) if said is not None else "estimated"
    for place, share in zip(charged, shares, strict=True):
        answers[place] = replace(answers[place], cost=share, cost_source=source)
    return answers


def _shares(amount: Decimal, count: int) -> Iterator[Decimal]:
    share = round(amount / count, 6) if count else Decimal(0)
    for _ in range(count - 1):
        yield share
    if count:
        yield amount - share * (count - 1)
