"""Kill -9 a service at a named point: the work is finished by its successor, nothing is lost, nothing paid twice."""

import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.faults.invariants import assert_all_holds
from tests.faults.scenario import Scenario, people
from tests.faults.system import LEASE_SECONDS, System, wait_until

EXECUTOR = [
    "executor.dispatched_before_send",
    "executor.intended_before_call",
    "executor.answered_before_append",
    "executor.answers_before_commit",
    "executor.answers_after_commit",
    "executor.finished_before_commit",
    "executor.finished_after_commit",
]


INGEST = [
    "ingest.rows_before_commit",
    "ingest.upload_committed_before_answer",
    "ingest.batch_before_commit",
    "ingest.batch_committed_before_answer",
]


@pytest.mark.parametrize("point", INGEST)
def test_ingest_killed_at(point: str, system: System, scenario: Scenario) -> None:
    system.restart_armed("ingest", point)
    with ThreadPoolExecutor(1) as beside:
        revival = beside.submit(system.revive, "ingest")
        batch_id = scenario.launch(scenario.upload())
        revival.result()
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)
    assert system.sql("SELECT count(*) FROM ingest.batches WHERE name = %s", f"{scenario.mark}.csv") == [(1,)]


@pytest.mark.parametrize("point", EXECUTOR)
def test_an_executor_killed_at(point: str, system: System, scenario: Scenario) -> None:
    system.restart_armed("executor", point)
    batch_id = scenario.launch(scenario.upload())
    system.revive("executor")
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_a_call_in_flight_at_the_kill_counts_as_unknown_and_is_not_made_again(
    system: System, scenario: Scenario
) -> None:
    system.restart_armed("executor", "executor.answered_before_append")
    batch_id = scenario.launch(scenario.upload(), workflow="pdl-single")
    system.revive("executor")
    scenario.wait_for_leads(batch_id)
    unknown = system.sql(
        "SELECT count(*) FROM execution.enrichment_results WHERE batch_id = %s AND outcome = 'unknown'", batch_id
    )
    assert unknown[0][0] >= 1
    assert_all_holds(system, scenario, batch_id)


COMPANY = ["executor.intended_before_call", "executor.answered_before_append", "executor.answers_after_commit"]


@pytest.mark.parametrize("point", COMPANY)
def test_the_one_who_asks_about_a_company_killed_at(point: str, system: System, scenario: Scenario) -> None:
    """Chunks of 20 people who share 7 companies: the first chunk asks, the others wait, whatever happens to it."""
    system.restart_armed("executor", point)
    batch_id = scenario.launch(scenario.upload(companies=7), workflow="apollo-companies")
    system.revive("executor")
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)
    asked = system.sql(
        "SELECT count(DISTINCT company_id), count(*) FROM execution.attempts"
        " WHERE batch_id = %s AND company_id IS NOT NULL",
        batch_id,
    )
    assert asked == [(7, 7)]


def test_a_function_that_honours_its_key_is_asked_again_after_the_kill(system: System, scenario: Scenario) -> None:
    system.restart_armed("executor", "executor.answered_before_append")
    batch_id = scenario.launch(scenario.upload(), workflow="function")
    system.revive("executor")
    scenario.wait_for_leads(batch_id)
    counts = scenario.request("ingest", "GET", f"/batches/{batch_id}").json()["counts"]
    assert counts["unknown"] == counts["failed"] == 0
    assert_all_holds(system, scenario, batch_id)


@pytest.mark.parametrize("point", ["projector.leads_before_jobs", "projector.rebuilt_before_commit"])
def test_a_projector_killed_at(point: str, system: System, scenario: Scenario) -> None:
    system.restart_armed("projector", point)
    batch_id = scenario.launch(scenario.upload())
    system.revive("projector")
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_a_projector_killed_between_deleting_rows_and_writing_others(system: System, scenario: Scenario) -> None:
    batch_id = scenario.launch(scenario.upload())
    scenario.wait_for_leads(batch_id)
    system.restart_armed("projector", "projector.deleted_before_insert")
    with pytest.raises(httpx.TransportError):
        scenario.request("projector", "POST", f"/batches/{batch_id}/projection")
    system.revive("projector")
    assert_all_holds(system, scenario, batch_id)


def test_ingest_killed_between_publishing_an_event_and_marking_it(system: System, scenario: Scenario) -> None:
    for other in ("executor", "projector"):
        system.processes[other].kill()
    system.restart_armed("ingest", "outbox.published_before_mark")
    scenario.request(
        "ingest", "POST", f"/uploads?source=apollo&filename=other-{scenario.mark}.csv", content=people("x", 1)
    )
    system.revive("ingest")
    for other in ("executor", "projector"):
        system.start_service(other)
    batch_id = scenario.launch(scenario.upload())
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_an_executor_killed_between_publishing_a_completion_and_marking_it(system: System, scenario: Scenario) -> None:
    batch_id = scenario.launch(scenario.upload())
    for other in ("ingest", "projector"):
        system.processes[other].kill()
    system.restart_armed("executor", "outbox.published_before_mark")
    system.revive("executor")
    for other in ("ingest", "projector"):
        system.start_service(other)
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_an_executor_that_slept_through_its_lease_writes_nothing_wrong(system: System, scenario: Scenario) -> None:
    upload_id = scenario.upload()
    batch_id = scenario.launch(upload_id)
    running = "SELECT FROM execution.batch_chunks WHERE batch_id = %s AND state = 'running'"
    wait_until(lambda: system.sql(running, batch_id), what="a chunk to be at work")
    system.processes["executor"].signal(signal.SIGSTOP)
    expired = "SELECT FROM execution.batch_chunks WHERE state = 'running' AND lease_until > clock_timestamp()"
    wait_until(lambda: not system.sql(expired), what="its lease to run out", within=LEASE_SECONDS * 10)
    system.processes["executor"].signal(signal.SIGCONT)
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)


def test_a_terminated_executor_finishes_its_calls_and_hands_back_the_rest(system: System, scenario: Scenario) -> None:
    batch_id = scenario.launch(scenario.upload())
    running = "SELECT FROM execution.batch_chunks WHERE batch_id = %s AND state = 'running'"
    wait_until(lambda: system.sql(running, batch_id), what="a chunk to be at work")
    system.processes["executor"].signal(signal.SIGTERM)
    wait_until(system.processes["executor"].died, what="the executor to end in order")
    unknown = "SELECT FROM execution.workflow_states WHERE batch_id = %s AND state = 'started'"
    assert system.sql(unknown, batch_id) == []
    system.start_service("executor")
    scenario.wait_for_leads(batch_id)
    assert_all_holds(system, scenario, batch_id)
