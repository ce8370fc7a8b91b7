"""Named points at which a fault test kills the process; nothing happens unless LEADLEDGER_FAILPOINTS is set.

Syntax: `name=kill@N` (kill -9 at the Nth passing; N defaults to 1), several separated by commas;
`LEADLEDGER_FAILPOINTS_RECORD=FILE` appends the name of each point passed, once per process.
"""

import os
import signal
from collections import Counter
from pathlib import Path

_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """Die here if this point is armed; record that it was passed if a test records."""
    armed, record = os.environ.get("LEADLEDGER_FAILPOINTS"), os.environ.get("LEADLEDGER_FAILPOINTS_RECORD")
    if armed is None and record is None:
        return
    _passed[name] += 1
    if record is not None and _passed[name] == 1:
        with Path(record).open("a") as file:
            file.write(name + "\n")
    for point in (armed or "").split(","):
        wanted, _, action = point.partition("=")
        if wanted == name and _passed[name] == int(action.partition("@")[2] or 1):
            os.kill(os.getpid(), signal.SIGKILL)
