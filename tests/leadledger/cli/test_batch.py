"""`leadledger launch`, `watch` and `verify`."""

import asyncio
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from tests.leadledger.conftest import Run
from tests.standalone_server import StandaloneServer

NOBODYS = str(UUID(int=7))


@pytest.fixture
def batch(run: Run, few_rows: Path) -> str:
    """A batch just launched."""
    (upload,) = run("upload", str(few_rows), "--json").lines
    (launched,) = run("launch", upload["upload_id"], "--name", "few", "--json").lines
    assert launched["items"] == 12
    return str(launched["batch_id"])


def test_watch_follows_a_batch_to_its_leads_and_verify_confirms_it(run: Run, batch: str) -> None:
    ran = run("watch", batch, "--json")
    *events, settled = ran.lines
    assert ran.exit_code == 0
    types = [event["type"] for event in events if event["type"] != "batch.progressed"]
    assert types == ["batch.launched", "batch.completed", "batch.projected"]
    assert (settled["state"], sum(settled["counts"].values()), settled["projected"]["leads"]) == ("completed", 12, 12)

    assert "completed" in run("watch", batch).stderr
    verified = run("verify", batch)
    assert (verified.exit_code, settled["seal"] in verified.stdout) == (0, True)


def test_a_sample_asks_about_the_first_rows_only(run: Run, few_rows: Path) -> None:
    (upload,) = run("upload", str(few_rows), "--json").lines
    (launched,) = run("launch", upload["upload_id"], "--sample", "3", "--json").lines
    assert launched["items"] == 3


def test_a_changed_answer_does_not_verify(run: Run, batch: str, standalone: StandaloneServer) -> None:
    assert run("watch", batch, "--json").exit_code == 0
    asyncio.run(tamper(standalone.ready["dsn"], UUID(batch)))
    ran = run("verify", batch)
    assert (ran.exit_code, ran.stdout) == (5, "")
    assert "The seal does not verify" in ran.stderr


async def tamper(dsn: str, batch_id: UUID) -> None:
    """Change an answer as only somebody can who owns the database and disables its guard."""
    owner = await asyncpg.connect(dsn)
    async with owner.transaction():
        await owner.execute("ALTER TABLE execution.enrichment_results DISABLE TRIGGER append_only_rows")
        await owner.execute(
            """
            UPDATE execution.enrichment_results SET outcome = CASE outcome WHEN 'ok' THEN 'no_match' ELSE 'ok' END
            WHERE result_id = (SELECT result_id FROM execution.enrichment_results WHERE batch_id = $1 LIMIT 1)
            """,
            batch_id,
        )
        await owner.execute("ALTER TABLE execution.enrichment_results ENABLE ALWAYS TRIGGER append_only_rows")
    await owner.close()


@pytest.mark.parametrize("command", ["watch", "verify"])
def test_an_unknown_batch_is_refused(run: Run, command: str) -> None:
    ran = run(command, NOBODYS, "--json")
    assert (ran.exit_code, ran.stdout) == (3, "")


def test_what_is_no_id_is_wrong_usage(run: Run) -> None:
    assert run("watch", "tuesday's").exit_code == 2


def test_an_estimate_says_what_a_launch_may_cost_and_launches_nothing(run: Run, few_rows: Path) -> None:
    (upload,) = run("upload", str(few_rows), "--json").lines
    (told,) = run("launch", upload["upload_id"], "--estimate", "--json").lines
    assert (told["items"], told["looked_at"]) == (12, 12)
    assert told["providers"][0]["provider"] == "apollo-bulk-match"
    assert "at most" in run("launch", upload["upload_id"], "--estimate").stdout


def test_a_budget_pauses_the_batch_and_more_of_it_lets_it_go_on(run: Run, few_rows: Path) -> None:
    (upload,) = run("upload", str(few_rows), "--json").lines
    (launched,) = run("launch", upload["upload_id"], "--budget", "3", "--json").lines
    stopped = run("watch", launched["batch_id"])
    assert (stopped.exit_code, "resume with a higher one" in stopped.stderr) == (6, True)
    assert run("batch", "resume", launched["batch_id"], "--budget", "1000").exit_code == 0
