"""A standalone server in a process of its own, for as long as a command needs it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import orjson

from leadledger.cli.command import CommandError
from services.data_directory import DataDirectory, RunningServer

_IMPORTED_FROM = Path(__file__).parents[2]
_STOP_SECONDS = 30.0
_LAST_LINES = 15

Process: TypeAlias = "subprocess.Popen[bytes]"


@contextmanager
def child_server(directory: DataDirectory, *, keep: bool) -> Iterator[RunningServer]:
    """Start a server with the sandbox on the folder and yield it ready; with `keep` it outlives the block.

    A block that fails or is interrupted ends it all the same. What the server logs goes to server.log there.
    """
    process = _start(directory)
    try:
        yield _ready(process, directory)
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            _stop(process)


def _start(directory: DataDirectory) -> Process:
    directory.path.mkdir(parents=True, exist_ok=True)
    arguments = ["up", "--sandbox", "--json", "--port", "0", "--data", str(directory.path)]
    with directory.log_file.open("wb") as log:
        # A session of its own: Ctrl-C reaches the command, and the command ends the server.
        return subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-P", "-m", "leadledger", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONPATH": str(_IMPORTED_FROM)},
            start_new_session=True,
        )


def _ready(process: Process, directory: DataDirectory) -> RunningServer:
    assert process.stdout is not None  # noqa: S101 - piped
    line = process.stdout.readline()
    if not line:
        process.wait()
        log = directory.log_file.read_text(errors="replace").splitlines()[-_LAST_LINES:]
        raise CommandError("The server did not start", "\n".join(["it said:", *log]))
    ready = orjson.loads(line)
    return RunningServer.of_process(process.pid, url=ready["url"], dsn=ready["dsn"])


def _stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
