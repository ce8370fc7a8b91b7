"""`leadledger migrate`: bring the database to this version."""

import typer

from leadledger.cli.command import DEFAULT_DATA, CommandError, DataOption, command
from leadledger.cli.output import Output
from leadledger.cli.owner import owner_settings

app = typer.Typer()


@app.command()
@command
def migrate(out: Output, data: DataOption = DEFAULT_DATA) -> None:
    """Bring the database to this version; safe to run again, and beside another run.

    Needs the owner's address in LEADLEDGER_DATABASE_URL. A server of `leadledger up` does this itself.
    """
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 - takes a second, so here only

    from shared.migrate import migrate as run_migrations  # noqa: PLC0415

    try:
        with owner_settings(data) as settings:
            run_migrations(settings)
    except SQLAlchemyError as error:
        detail = f"{error} Check that LEADLEDGER_DATABASE_URL names the owner and the server runs."
        raise CommandError("The database refused", detail) from error
    out.line({"migrated": True})
    out.show("The database is at this version.")
