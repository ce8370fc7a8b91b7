"""The standalone server as users run it: a process on a data directory, and commands against it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from leadledger.client import Client

ROOT = Path(__file__).parents[1]
_START_SECONDS = 60.0
_STOP_SECONDS = 40.0


class StandaloneServer:
    """`leadledger up --port 0 --json` on a folder of its own; starts, stops, is killed, starts again."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._log = directory.with_suffix(".log")
        self._process: subprocess.Popen[str] | None = None
        self.ready: dict[str, str] = {}

    def said(self) -> str:
        """Return what it told people since its start."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        """The process."""
        assert self._process is not None
        return self._process.pid

    def start(self, *options: str, **added: str) -> None:
        """Start it, with `added` in its environment, and wait for the line that says it is ready."""
        log = self._log.open("wb")
        self._process = subprocess.Popen(
            [*_COMMAND, "up", "--port", "0", "--json", "--data", str(self.directory), *options],
            cwd=ROOT,
            env=environment(added),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            start_new_session=True,
        )
        log.close()
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.said()
        self.ready = json.loads(line)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> tuple[int, str]:
        """End it in order; return its exit code and what it printed after the ready line."""
        assert self._process is not None
        self._process.send_signal(how)
        rest, _ = self._process.communicate(timeout=_STOP_SECONDS)
        return self._process.returncode, rest

    def kill(self) -> None:
        """End it without warning; its PostgreSQL lives on."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()

    def postmaster(self) -> psutil.Process | None:
        """Return the process of its PostgreSQL, if it runs."""
        try:
            process = psutil.Process(int((self.directory / "pg" / "postmaster.pid").read_text().split("\n")[0]))
            return process if process.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, psutil.NoSuchProcess):
            return None

    def client(self) -> Client:
        """Return a client under the administrator's key; close it."""
        return Client(self.ready["url"], self.ready["api_key"])

    def close(self) -> None:
        """End what still runs."""
        if self._process is not None and self._process.poll() is None:
            self.stop()
        if self.postmaster() is not None:  # left by a kill: a start takes it up, a stop ends it
            self.start()
            self.stop()


@contextmanager
def standalone_server(*options: str, unfinished: bool = False, **added: str) -> Iterator[StandaloneServer]:
    """Yield a server that runs on a new folder, or on one where initdb was killed; nothing of it is left."""
    parent = Path(tempfile.mkdtemp(prefix="leadledger-standalone-"))
    server = StandaloneServer(parent / "data")
    if unfinished:
        (server.directory / "pg").mkdir(parents=True)
        (server.directory / "pg" / "PG_VERSION").write_text("18\n")
    try:
        server.start(*options, **added)
        yield server
    finally:
        server.close()
        shutil.rmtree(parent, ignore_errors=True)


_COMMAND = (sys.executable, "-m", "leadledger")


def leadledger(*arguments: str, **added: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as a process of its own; `added` goes into its environment."""
    return subprocess.run(
        [*_COMMAND, *arguments],
        cwd=ROOT,
        env=environment(added),
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
    )


def json_lines(text: str) -> list[Any]:
    """Return the documents that a command printed with --json."""
    return [json.loads(line) for line in text.splitlines()]


def environment(added: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return this process's environment without settings that would lead a command elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADLEDGER_")}
    return kept | dict(added or {})
