"""The whole system as it runs in production: three services and a sandbox in processes of their own, on a real
PostgreSQL and a real RabbitMQ that may be killed as well."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import httpx
import psycopg
from cryptography.fernet import Fernet
from psycopg import sql

from shared.bus.topology import DEAD_QUEUE
from tests.postgres import PrivatePostgres
from tests.rabbitmq import PrivateRabbit, free_port

ROOT = Path(__file__).parents[2]
SERVICES = ("ingest", "executor", "projector")
LEASE_SECONDS = 2.0

Service = Literal["ingest", "executor", "projector"]


class Process:
    """A uvicorn process that may be started, killed and started again on the same port."""

    def __init__(self, application: str, environment: dict[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self._command = [sys.executable, "-m", "uvicorn", application, "--port", self.url.rpartition(":")[2]]
        self._environment = environment
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *, ready: str, **environment: str) -> None:
        """Start and wait until the path `ready` answers 200, or an armed process died before."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, "--log-level", "warning"],
                cwd=ROOT,
                env={**self._environment, "LEADLEDGER_PUBLIC_URL": self.url, **environment},
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.died() or self._answers(ready), what=f"{self._command[3]} to be ready; see {self._log}")

    def _answers(self, path: str) -> bool:
        with suppress(httpx.TransportError):
            return httpx.get(self.url + path, timeout=2).status_code == 200
        return False

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def died(self) -> bool:
        """Tell whether it ended, however."""
        return self._process is not None and self._process.poll() is not None

    def kill(self) -> None:
        """Kill -9, and wait until it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)


class System:
    """Everything, started once per module; each test makes a batch of its own."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="leadledger-faults-"))
        self.postgres, self.rabbit = PrivatePostgres(), PrivateRabbit()
        self.processes: dict[str, Process] = {}
        self.key = ""

    def start(self) -> None:
        """Start all of it."""
        self.rabbit.start()
        self.postgres.start()
        self.postgres.migrate()
        environment = os.environ | {
            "LEADLEDGER_DATABASE_URL": self.postgres.url,
            "LEADLEDGER_BUS_URL": self.rabbit.url,
            "LEADLEDGER_SECRET_KEY": Fernet.generate_key().decode(),
            "LEADLEDGER_ALLOW_PRIVATE_ADDRESSES": "true",
            "LEADLEDGER_LEASE_SECONDS": str(LEASE_SECONDS),
            "LEADLEDGER_CHUNK_ITEMS": "20",
            "LEADLEDGER_CHUNKS_IN_FLIGHT": "2",
            "LEADLEDGER_LOG_FORMAT": "text",
            "SANDBOX_LEDGER_FILE": str(self.directory / "ledger.jsonl"),
        }
        for name in (*SERVICES, "sandbox"):
            log = self.directory / f"{name}.log"
            self.processes[name] = Process(f"services.{name}.app:app", environment, log)
        self.processes["sandbox"].start(ready="/health")
        for service in SERVICES:
            self.start_service(service)

    def start_service(self, service: str, *, failpoint: str | None = None) -> None:
        """Start one service, armed to die at a failpoint if one is named."""
        armed = {} if failpoint is None else {"LEADLEDGER_FAILPOINTS": failpoint}
        self.processes[service].start(ready="/readyz", **armed)

    def restart_armed(self, service: str, failpoint: str) -> None:
        """Replace a service by one that dies at the failpoint."""
        self.processes[service].kill()
        self.start_service(service, failpoint=f"{failpoint}=kill@1")

    def revive(self, service: str) -> None:
        """Wait until the armed service died, and start a sound one."""
        wait_until(self.processes[service].died, what=f"{service} to die at its failpoint")
        self.start_service(service)

    def url(self, service: str) -> str:
        """The address of a service."""
        return self.processes[service].url

    def sql(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Ask the database as its owner."""
        with psycopg.connect(self.postgres.url, autocommit=True) as owner:
            return owner.execute(query.encode(), arguments).fetchall()

    def sql_as(self, role: str, client_id: str, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        """Ask the database as a service's role, with this client set."""
        with psycopg.connect(self.postgres.url) as connection:
            connection.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
            connection.execute("SELECT set_config('app.client_id', %s, true)", (client_id,))
            return connection.execute(query.encode(), arguments).fetchall()

    def dead_letters(self) -> int:
        """Return how many messages are dead."""
        lines = self.rabbit.ctl("list_queues", "name", "messages", "--quiet").splitlines()
        counts = dict(line.split("\t") for line in lines if "\t" in line)
        return int(counts[DEAD_QUEUE])

    def logs(self) -> str:
        """Return the last lines of every process."""
        return "\n".join(
            f"--- {file.name}\n" + "\n".join(file.read_text(errors="replace").splitlines()[-40:])
            for file in sorted(self.directory.glob("*.log"))
        )

    def close(self) -> None:
        """End all of it and remove what it left."""
        for process in self.processes.values():
            process.kill()
        self.rabbit.close()
        self.postgres.close()
        for file in self.directory.iterdir():
            file.unlink()
        self.directory.rmdir()


def wait_until(condition: Callable[[], object], *, what: str, within: float = 40.0) -> None:
    """Return when the condition holds; raises AssertionError, naming it, if it does not in time (seconds)."""
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, f"waited {within:g} s for {what}"
        time.sleep(0.05)
