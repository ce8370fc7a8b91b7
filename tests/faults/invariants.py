"""What must hold after every fault, once all is quiet (I1 to I8), against the sandbox's own ledger of calls."""

from collections import Counter
from typing import Any
from uuid import UUID

import httpx

from tests.faults.scenario import PEOPLE, Scenario, client_of
from tests.faults.system import System, wait_until


def assert_all_holds(system: System, scenario: Scenario, batch_id: UUID) -> None:
    """Check every invariant for one batch, and those of the whole system."""
    rows_and_items_are_complete(system, scenario, batch_id)
    results_stand_once(system, batch_id)
    no_call_without_an_intent(system, scenario, batch_id)
    the_projection_equals_a_rebuild(system, scenario, batch_id)
    completion_is_told_once(system, batch_id)
    other_clients_see_nothing(system, scenario, batch_id)
    the_seal_verifies(scenario, batch_id)
    nothing_hangs(system)


def rows_and_items_are_complete(system: System, scenario: Scenario, batch_id: UUID) -> None:
    """I1: each record one raw row, each row one item, states sum to the items."""
    assert system.sql("SELECT count(*) FROM ingest.uploads WHERE filename = %s", f"{scenario.mark}.csv") == [(1,)]
    query = """
        SELECT uploads.rows, (SELECT count(*) FROM ingest.raw_uploads WHERE raw_uploads.upload_id = uploads.upload_id),
               batches.items, (SELECT count(DISTINCT row_no) FROM ingest.batch_items
                               WHERE batch_items.batch_id = batches.batch_id)
        FROM ingest.batches JOIN ingest.uploads USING (client_id, upload_id) WHERE batch_id = %s
    """
    assert system.sql(query, batch_id) == [(PEOPLE, PEOPLE, PEOPLE, PEOPLE)]
    batch = scenario.request("ingest", "GET", f"/batches/{batch_id}").json()
    assert sum(batch["counts"].values()) == batch["items"] == PEOPLE
    assert batch["state"] == "completed"


def results_stand_once(system: System, batch_id: UUID) -> None:
    """I2: one result for each attempt, and none without one (but for steps never tried)."""
    twice = """
        SELECT subject_id, step, provider, attempt FROM execution.enrichment_results WHERE batch_id = %s
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1
    """
    assert system.sql(twice, batch_id) == []
    orphans = """
        SELECT FROM execution.enrichment_results AS result
        WHERE batch_id = %s AND attempt > 0 AND NOT EXISTS (
            SELECT FROM execution.attempts
            WHERE (attempts.subject_id, attempts.step, attempts.provider, attempts.attempt)
                = (result.subject_id, result.step, result.provider, result.attempt))
    """
    assert system.sql(orphans, batch_id) == []
    open_attempts = "SELECT FROM execution.workflow_states WHERE batch_id = %s AND state = 'started'"
    assert system.sql(open_attempts, batch_id) == []


def no_call_without_an_intent(system: System, scenario: Scenario, batch_id: UUID) -> None:
    """I3: the sandbox saw no question without an intent, and charged none twice."""
    asked: Counter[tuple[str, str]] = Counter()
    charged: Counter[tuple[str, str]] = Counter()
    for call in _ledger(system):
        for item in call["items"]:
            if scenario.mark in str(item["asked"]):
                question = (f"{call['provider']} {call['endpoint']}", item["identity"])
                asked[question] += call["method"] != "DONE"  # work that ended is charged, but is no call
                charged[question] += item["charged"] > 0
    assert asked
    assert {question: times for question, times in charged.items() if times > 1} == {}
    intents = system.sql("SELECT count(*) FROM execution.attempts WHERE batch_id = %s", batch_id)
    assert sum(asked.values()) <= intents[0][0]


def _ledger(system: System) -> list[dict[str, Any]]:
    calls, after = list[dict[str, Any]](), 0
    while after is not None:
        page = httpx.get(system.url("sandbox") + "/ledger", params={"after": after, "limit": 10_000}, timeout=30).json()
        calls += page["calls"]
        after = page["next"]
    return calls


def the_projection_equals_a_rebuild(system: System, scenario: Scenario, batch_id: UUID) -> None:
    """I4: the completed batch has one live projection, the same as one made from scratch."""
    live = _projected(system, batch_id)
    assert len(live["final_leads"]) == PEOPLE
    rebuilt = scenario.request("projector", "POST", f"/batches/{batch_id}/projection")
    assert rebuilt.is_success, rebuilt.text
    assert _projected(system, batch_id) == live
    assert system.sql("SELECT count(*) FROM projection.projections WHERE batch_id = %s", batch_id) == [(1,)]


def _projected(system: System, batch_id: UUID) -> dict[str, list[tuple[Any, ...]]]:
    tables = ("final_leads", "lead_emails", "person_work_history", "customer_matches")
    return {
        table: sorted(
            system.sql(f"SELECT to_jsonb(row)::text FROM projection.{table} AS row WHERE batch_id = %s", batch_id)
        )
        for table in tables
    }


def completion_is_told_once(system: System, batch_id: UUID) -> None:
    """I5: one completion event for each completion; nothing pending once it had time to leave."""
    told = "SELECT type, data->>'completion' FROM shared.outbox WHERE batch_id = %s AND type = 'batch.completed'"
    assert system.sql(told, batch_id) == [("batch.completed", "1")]
    wait_until(lambda: not system.sql("SELECT FROM shared.outbox_pending"), what="the outbox to be empty")


def other_clients_see_nothing(system: System, scenario: Scenario, batch_id: UUID) -> None:
    """I6: with its client set, the executor's role sees this batch; with another, or none, it does not."""
    count = "SELECT count(*) FROM execution.enrichment_results WHERE batch_id = %s"
    client_id = client_of(system, batch_id)
    seen = {}
    for setting in (str(client_id), "00000000-0000-7000-8000-000000000000", ""):
        seen[setting] = system.sql_as("leadledger_executor", setting, count, batch_id)[0][0]
    assert seen.pop(str(client_id)) > 0
    assert set(seen.values()) == {0}
    assert scenario.request("ingest", "GET", f"/batches/{batch_id}").status_code == 200


def the_seal_verifies(scenario: Scenario, batch_id: UUID) -> None:
    """I7."""
    verified = scenario.request("executor", "GET", f"/batches/{batch_id}/verify").json()
    assert verified["verified"] is True, verified


def nothing_hangs(system: System) -> None:
    """I8: no batch is unfinished, no message waits or is dead."""
    assert system.sql("SELECT batch_id, state, reason FROM execution.batch_runs WHERE state <> 'completed'") == []
    assert system.dead_letters() == 0
