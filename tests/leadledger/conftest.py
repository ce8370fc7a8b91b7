"""A standalone server with the sandbox, and commands against it in this process."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from leadledger.cli import app
from tests.standalone_server import StandaloneServer, standalone_server

DEMO = Path(__file__).parents[2] / "services" / "sandbox" / "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a command did."""

    exit_code: int
    stdout: str
    stderr: str

    @property
    def lines(self) -> list[Any]:
        """The documents it printed."""
        return [json.loads(line) for line in self.stdout.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def standalone() -> Iterator[StandaloneServer]:
    """One server for all tests of the command line."""
    with standalone_server("--sandbox") as server:
        yield server


@pytest.fixture
def run(standalone: StandaloneServer, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command as a user would who started the server with `leadledger up`."""
    monkeypatch.setenv("LEADLEDGER_DATA", str(standalone.directory))
    for variable in ("LEADLEDGER_URL", "LEADLEDGER_API_KEY", "LEADLEDGER_DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)

    def command(*arguments: str, stdin: str | bytes | None = None) -> Ran:
        result = CliRunner().invoke(app, list(arguments), input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(exit_code=result.exit_code, stdout=result.stdout, stderr=result.stderr)

    return command


@pytest.fixture(scope="session")
def few_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first twelve rows of the demo's Apollo file."""
    file = tmp_path_factory.mktemp("csv") / "few.csv"
    file.write_text("".join((DEMO / "apollo_demo.csv").read_text().splitlines(keepends=True)[:13]))
    return file
