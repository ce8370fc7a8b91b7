"""The state of an item follows from the outcomes of its steps."""

import pytest

from services.executor.outcome import ItemState, Outcome, item_state


@pytest.mark.parametrize(
    ("outcomes", "state"),
    [
        ([Outcome.OK, Outcome.NO_MATCH], ItemState.SUCCEEDED),
        ([Outcome.AUTH_FAILED, Outcome.OK], ItemState.SUCCEEDED),
        ([Outcome.UNKNOWN, Outcome.PROVIDER_ERROR], ItemState.UNKNOWN),
        ([Outcome.NO_MATCH, Outcome.THROTTLED], ItemState.FAILED),
        ([Outcome.BLOCKED_LEGAL], ItemState.FAILED),
        ([Outcome.NO_MATCH, Outcome.SKIPPED], ItemState.NO_MATCH),
        ([Outcome.SKIPPED, Outcome.SKIPPED], ItemState.SKIPPED),
    ],
)
def test_the_best_that_was_said_decides_and_doubt_shows_before_failure(
    outcomes: list[Outcome], state: ItemState
) -> None:
    assert item_state(outcomes) is state
