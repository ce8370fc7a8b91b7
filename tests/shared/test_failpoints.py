"""A failpoint kills at the named passing, records, and costs nothing otherwise."""

import os
import signal
import subprocess
import sys
from pathlib import Path

SCRIPT = """
from shared.failpoints import failpoint
for round in range(3):
    failpoint("a.first")
    failpoint("a.second")
    print(round, flush=True)
"""


def run(**variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LEADLEDGER_FAILPOINTS")}
    return subprocess.run(
        [sys.executable, "-c", SCRIPT], env=environment | variables, check=False, capture_output=True, text=True
    )


def test_nothing_happens_unless_armed() -> None:
    assert run().stdout.split() == ["0", "1", "2"]
    assert run(LEADLEDGER_FAILPOINTS="b.other=kill").stdout.split() == ["0", "1", "2"]


def test_an_armed_point_kills_at_its_first_passing() -> None:
    died = run(LEADLEDGER_FAILPOINTS="a.second=kill")
    assert died.returncode == -signal.SIGKILL
    assert died.stdout.split() == []


def test_or_at_the_passing_that_is_named() -> None:
    died = run(LEADLEDGER_FAILPOINTS="b.other=kill,a.second=kill@3")
    assert died.returncode == -signal.SIGKILL
    assert died.stdout.split() == ["0", "1"]


def test_the_points_passed_are_recorded_once_each(tmp_path: Path) -> None:
    record = tmp_path / "points"
    assert run(LEADLEDGER_FAILPOINTS_RECORD=str(record)).returncode == 0
    assert record.read_text() == "a.first\na.second\n"
