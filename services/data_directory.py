"""The folder of a standalone server: its database, its keys, and where it can be reached while it runs."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import psutil
from cryptography.fernet import Fernet
from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError


class DirectoryInUse(RuntimeError):  # noqa: N818 - says what is the case
    """Another server works in this folder."""


class RunningServer(BaseModel):
    """Where the server of a folder is reached; `dsn` is the database owner's address."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started_at: float
    url: str
    dsn: str

    @classmethod
    def of_process(cls, pid: int, *, url: str, dsn: str) -> Self:
        """Return the server that the process is."""
        return cls(pid=pid, started_at=psutil.Process(pid).create_time(), url=url, dsn=dsn)

    def is_alive(self) -> bool:
        """Tell whether the process still runs, and not another one under its number."""
        try:
            return psutil.Process(self.pid).create_time() == self.started_at
        except psutil.NoSuchProcess:
            return False


class DataDirectory:
    """The files of one standalone server. Those with secrets can be read by their owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().resolve()
        self.api_key_file = self.path / "api.key"
        self.log_file = self.path / "server.log"
        self._secret_key_file = self.path / "secret.key"
        self._server_file = self.path / "server.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder, made if missing; raises DirectoryInUse if another process does. A kill lets go of it."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise DirectoryInUse(self._occupied()) from None
            self._server_file.unlink(missing_ok=True)
            yield
            self._server_file.unlink(missing_ok=True)

    def _occupied(self) -> str:
        server = self.running_server()
        who = f"the server {server.url} (process {server.pid})" if server else "another process"
        return f"{self.path} is used by {who}. Stop that one first, or give another folder with --data."

    def secret_key(self) -> SecretStr:
        """Return the key that encrypts providers' credentials, made at the first call."""
        if not self._secret_key_file.exists():
            _write_privately(self._secret_key_file, Fernet.generate_key().decode())
        return SecretStr(self._secret_key_file.read_text().strip())

    def api_key(self) -> str | None:
        """Return the administrator's API key, or None before the first start."""
        return self.api_key_file.read_text().strip() if self.api_key_file.exists() else None

    def keep_api_key(self, key: str) -> None:
        """Store the administrator's API key."""
        _write_privately(self.api_key_file, key)

    def running_server(self) -> RunningServer | None:
        """Return where the server of this folder is reached, or None if none is."""
        try:
            server = RunningServer.model_validate_json(self._server_file.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
        return server if server.is_alive() else None

    def announce(self, server: RunningServer) -> None:
        """Tell the command line where the server is."""
        _write_privately(self._server_file, server.model_dump_json())


def _write_privately(file: Path, text: str) -> None:
    """Write all or nothing, readable by the owner alone from the first byte."""
    partial = file.with_name(f"{file.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(descriptor)
    partial.replace(file)
