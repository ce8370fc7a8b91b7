"""Kill -9 an executor between a request and its later answer: nothing is submitted twice, nothing told is lost."""

import httpx
import pytest

from tests.faults.invariants import assert_all_holds
from tests.faults.scenario import PEOPLE, Scenario
from tests.faults.system import System

POINTS = [
    ("executor.answered_before_append", "clay-person"),
    ("executor.called_back_before_answer", "fullenrich-email"),
    ("executor.asked_after_before_append", "modal-function"),
]


@pytest.mark.parametrize(("point", "workflow"), POINTS)
def test_an_executor_killed_while_an_answer_is_to_come(
    point: str, workflow: str, system: System, scenario: Scenario
) -> None:
    sandbox = system.url("sandbox")
    httpx.put(f"{sandbox}/faults", json=[{"kind": "work", "ms": 1000}]).raise_for_status()
    system.restart_armed("executor", point)
    batch_id = scenario.launch(scenario.upload(), workflow=workflow)
    system.revive("executor")
    scenario.wait_for_leads(batch_id)
    httpx.delete(f"{sandbox}/faults").raise_for_status()
    assert_all_holds(system, scenario, batch_id)
    ends = dict(
        system.sql(
            "SELECT outcome, count(*) FROM execution.enrichment_results WHERE batch_id = %s GROUP BY 1", batch_id
        )
    )
    assert ends.get("ok", 0) + ends.get("no_match", 0) == PEOPLE
