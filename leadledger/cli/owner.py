"""The database's owner, for the commands that work on the database itself instead of through the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadledger.cli.command import CommandError
from services.data_directory import DataDirectory, DirectoryInUse
from shared.settings import Settings


@contextmanager
def owner_settings(data: Path) -> Iterator[Settings]:
    """Yield settings whose database_url is the owner's: the environment's, else the data directory's.

    The directory's database is started for the moment if no server runs there.
    """
    from services.standalone import embedded_database  # noqa: PLC0415 - takes two seconds, so here only

    settings, directory = Settings(), DataDirectory(data)
    if "database_url" in settings.model_fields_set:
        yield settings
    elif running := directory.running_server():
        yield settings.model_copy(update={"database_url": running.dsn})
    elif directory.api_key_file.exists():
        try:
            with directory.locked(), embedded_database(directory, settings) as (_, in_force):
                yield in_force
        except DirectoryInUse as error:
            raise CommandError("The data directory is in use", str(error)) from error
    else:
        detail = f"Set LEADLEDGER_DATABASE_URL to the owner's address, or start a server in {data} (`leadledger up`)."
        raise CommandError("Which database?", detail)
