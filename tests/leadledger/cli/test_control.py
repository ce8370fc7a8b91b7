"""`leadledger batch pause|resume|cancel|retry`."""

import time
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.leadledger.conftest import DEMO, Run
from tests.standalone_server import StandaloneServer

NOBODYS = str(UUID(int=7))


@pytest.fixture
def batch(run: Run) -> str:
    """A batch just launched, large enough to be still at work."""
    (upload,) = run("upload", str(DEMO / "apollo_demo.csv"), "--json").lines
    (launched,) = run("launch", upload["upload_id"], "--json").lines
    return str(launched["batch_id"])


def shown(standalone: StandaloneServer, batch: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {standalone.ready['api_key']}"}
    found: dict[str, Any] = httpx.get(f"{standalone.ready['url']}/batches/{batch}", headers=headers).json()
    return found


def test_a_batch_is_paused_resumed_and_cancelled_and_its_rows_become_leads(
    run: Run, batch: str, standalone: StandaloneServer
) -> None:
    assert run("batch", "pause", batch, "--reason", "lunch", "--json").lines == [{"batch_id": batch, "state": "paused"}]
    assert (shown(standalone, batch)["state"], shown(standalone, batch)["reason"]) == ("paused", "lunch")
    again = run("batch", "pause", batch)
    assert (again.exit_code, "only one that is running can be paused" in again.stderr) == (3, True)
    assert run("batch", "resume", batch).exit_code == 0
    assert "Cancelled" in run("batch", "cancel", batch).stdout

    deadline = time.monotonic() + 30
    while (found := shown(standalone, batch))["projected"] is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (found["state"], found["projected"]["leads"], sum(found["counts"].values())) == ("cancelled", 300, 300)
    assert run("verify", batch).exit_code == 0
    assert run("watch", batch).exit_code == 6


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel"])
def test_an_unknown_batch_is_refused(run: Run, verb: str) -> None:
    ran = run("batch", verb, NOBODYS)
    assert (ran.exit_code, "GET /batches lists yours" in ran.stderr) == (3, True)


def test_a_cancelled_batch_is_not_retried(run: Run, batch: str) -> None:
    assert run("batch", "cancel", batch).exit_code == 0
    ran = run("batch", "retry", batch, "--failed")
    assert (ran.exit_code, "only one that is completed or paused or failed can be retried" in ran.stderr) == (3, True)


def test_a_retry_says_what_is_asked_again(run: Run) -> None:
    assert run("batch", "retry", NOBODYS).exit_code == 2
    assert run("batch", "retry", NOBODYS, "--failed", "--unknown").exit_code == 2
    assert run("batch", "retry", NOBODYS, "--unknown", "--items", NOBODYS).exit_code == 3
