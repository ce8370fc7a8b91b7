"""`leadledger customers`: the companies whose former employees the dashboard finds."""

from pathlib import Path
from typing import Annotated

import typer

from leadledger.cli.command import CommandError, Session, server_command
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import cell, table

app = typer.Typer(no_args_is_help=True, help="The companies whose former employees the dashboard finds.")


@app.command("list")
@server_command
def list_customers(session: Session) -> None:
    """List the customer companies."""
    made = table("name", "domain", "linkedin")
    for customer in session.client.customers():
        session.out.line(customer)
        made.add_row(*(cell(customer.get(column)) for column in ("name", "domain", "linkedin")))
    session.out.show(made)


@app.command("replace")
@server_command
def replace_customers(
    session: Session,
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns name, domain, linkedin")],
) -> None:
    """Put the companies of a CSV file in the place of the whole list."""
    if not file.is_file():
        raise CommandError("No such file", f"{file} is not a file; check the path.", ExitCode.USAGE)
    answer = session.client.replace_customers(file)
    session.out.line(answer)
    session.out.show(f"{answer['customers']} customers.")
