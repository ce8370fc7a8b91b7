"""A subject remembers what was tried, over restarts, and knows when a provider is through."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from services.executor.document import Retry
from services.executor.outcome import ItemState, Outcome
from services.executor.subject import History, Standing, Subject

RETRY = Retry(after={Outcome.PROVIDER_ERROR: 2, Outcome.THROTTLED: 3})


def after(*outcomes: Outcome) -> History:
    history = History()
    for number, outcome in enumerate(outcomes, 1):
        history.add(number, outcome, None)
    return history


def test_each_outcome_has_a_budget_of_its_own() -> None:
    error, throttled = Outcome.PROVIDER_ERROR, Outcome.THROTTLED
    assert not after().settled(RETRY)
    assert not after(error, error).settled(RETRY)
    assert after(error, error, error).settled(RETRY)
    assert not after(error, error, throttled).settled(RETRY)
    assert after(error, throttled, error, throttled, error).settled(RETRY)
    assert after(Outcome.UNKNOWN).settled(RETRY)
    assert after(error, Outcome.OK).settled(RETRY)


@given(st.lists(st.sampled_from(list(Outcome)), min_size=20, max_size=60))
def test_no_step_is_tried_for_ever(outcomes: list[Outcome]) -> None:
    history, tried = History(), 0
    for outcome in outcomes:
        if history.settled(RETRY):
            break
        tried += 1
        history.add(tried, outcome, None)
    assert tried <= 1 + sum(RETRY.after.values())


def test_a_step_sees_what_others_said_and_not_its_own_attempts() -> None:
    item = Subject(subject_id=uuid.UUID(int=1), per="item", number=1, input={"email": "a@a.example"})
    item.standings["first"] = Standing(outcome=Outcome.OK, answer={"said": 1}, provider="pdl-enrich")
    item.histories["second", "function"].add(1, Outcome.THROTTLED, None)
    assert item.seen().document() == {
        "input": {"email": "a@a.example"},
        "results": {"first": {"outcome": "ok", "answer": {"said": 1}, "provider": "pdl-enrich"}},
        "ref": "00000000-0000-0000-0000-000000000001",
        "callback_url": "{callback_url}",
    }


def test_an_item_sees_what_was_said_of_its_company_and_succeeds_by_it() -> None:
    company = Subject(subject_id=uuid.UUID(int=2), per="company", number=1, input={})
    company.standings["firm"] = Standing(outcome=Outcome.OK, answer={"size": 12}, provider="function")
    item = Subject(subject_id=uuid.UUID(int=1), per="item", number=1, input={}, company=company)
    item.standings["person"] = Standing(outcome=Outcome.NO_MATCH, answer=None, provider="pdl-enrich")
    assert item.seen().results["firm"] == {"outcome": "ok", "answer": {"size": 12}, "provider": "function"}
    assert item.state() is ItemState.SUCCEEDED


def test_an_answer_once_given_outlasts_later_failures() -> None:
    history = History()
    history.add(1, Outcome.OK, {"said": 1})
    history.add(2, Outcome.PROVIDER_ERROR, None)
    assert (history.outcome, history.answer) == (Outcome.OK, {"said": 1})
