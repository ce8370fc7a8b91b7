"""An item remembers what was tried, over restarts, and knows when a step is over."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from services.executor.document import Retry
from services.executor.item import Item, StepHistory
from services.executor.outcome import Outcome

RETRY = Retry(after={Outcome.PROVIDER_ERROR: 2, Outcome.THROTTLED: 3})


def after(*outcomes: Outcome) -> StepHistory:
    history = StepHistory()
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
    history, tried = StepHistory(), 0
    for outcome in outcomes:
        if history.settled(RETRY):
            break
        tried += 1
        history.add(tried, outcome, None)
    assert tried <= 1 + sum(RETRY.after.values())


def test_a_step_sees_what_others_said_and_not_its_own_attempts() -> None:
    item = Item(item_id=uuid.UUID(int=1), item_no=1, input={"email": "a@a.example"})
    item.steps["first"].add(1, Outcome.OK, {"said": 1})
    item.steps["second"].add(1, Outcome.THROTTLED, None)
    assert item.subject("second").document() == {
        "input": {"email": "a@a.example"},
        "results": {"first": {"outcome": "ok", "answer": {"said": 1}}},
        "ref": "00000000-0000-0000-0000-000000000001",
    }


def test_an_answer_once_given_outlasts_later_failures() -> None:
    history = StepHistory()
    history.add(1, Outcome.OK, {"said": 1})
    history.add(2, Outcome.PROVIDER_ERROR, None)
    assert (history.outcome, history.answer) == (Outcome.OK, {"said": 1})
