"""Restart the broker or the database under load: the services come back by themselves and nothing is lost."""

import httpx

from tests.faults.invariants import assert_all_holds
from tests.faults.scenario import Scenario
from tests.faults.system import System, wait_until


def test_the_broker_is_restarted_while_a_batch_runs(system: System, scenario: Scenario) -> None:
    batch_id = scenario.launch(scenario.upload())
    system.rabbit.restart()
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_the_broker_is_killed_while_a_batch_runs(system: System, scenario: Scenario) -> None:
    batch_id = scenario.launch(scenario.upload())
    system.rabbit.restart(kill=True)
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_uploads_and_launches_are_taken_while_the_broker_is_away(system: System, scenario: Scenario) -> None:
    system.rabbit.stop()
    try:
        batch_id = scenario.launch(scenario.upload())
        ready = httpx.get(system.url("ingest") + "/readyz", timeout=10)
        assert ready.status_code == 503
        assert "broker" in ready.json()["checks"]["bus"]
    finally:
        system.rabbit.start()
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_the_database_crashes_while_a_batch_runs(system: System, scenario: Scenario) -> None:
    batch_id = scenario.launch(scenario.upload())
    asked = "SELECT FROM execution.attempts WHERE batch_id = %s"
    wait_until(lambda: system.sql(asked, batch_id), what="the first question")
    system.postgres.restart("immediate")
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_the_database_is_away_when_a_request_comes(system: System, scenario: Scenario) -> None:
    system.postgres.stop()
    try:
        answer = scenario.request("ingest", "GET", "/uploads")
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert httpx.get(system.url("ingest") + "/healthz", timeout=10).status_code == 200
        assert httpx.get(system.url("ingest") + "/readyz", timeout=10).status_code == 503
    finally:
        system.postgres.start()
    batch_id = scenario.launch(scenario.upload())
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)
