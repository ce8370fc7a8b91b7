"""`leadledger upload`: store a CSV file."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from leadledger.answers import Upload
from leadledger.cli.command import CommandError, Session, server_command
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import cell, table

app = typer.Typer()


@app.command()
@server_command
def upload(
    session: Session,
    file: Annotated[Path, typer.Argument(help="The CSV file; `-` reads standard input")],
    source: Annotated[
        str | None, typer.Option(help="What made the file: apollo, crm or salesnav; by default told from its header")
    ] = None,
    filename: Annotated[str | None, typer.Option(help="Keep it under this name instead of its own")] = None,
) -> None:
    """Store a CSV file, every byte and every row of it, and show how its columns are read."""
    if str(file) == "-":
        received = session.client.upload(sys.stdin.buffer, source=source, filename=filename or "stdin.csv")
    elif file.is_file():
        received = session.client.upload(file, source=source, filename=filename)
    else:
        raise CommandError("No such file", f"{file} is not a file; check the path.", ExitCode.USAGE)
    session.out.line(received)
    session.out.show(_mapping(received))
    session.out.show(_summary(received))


def _mapping(upload: Upload) -> Table:
    made = table("field", "column")
    for field, column in sorted(upload.mapping.items(), key=lambda each: each[1]["column"]):
        made.add_row(field, cell(column.get("header")))
    return made


def _summary(upload: Upload) -> str:
    unread = ", ".join(cell(column.get("header")) for column in upload.unmapped)
    return "\n".join(
        [
            *(f"Note: {cell(notice.get('message'))}" for notice in upload.notices),
            *(f"Look at {cell(doubt.get('header'))}: {cell(doubt.get('reason'))}" for doubt in upload.doubtful),
            f"Kept, but no field reads them: {unread}" if unread else "Every column is read.",
            f"{upload.rows} rows kept, {upload.problems} with problems. Source: {upload.source}.",
            f"Launch it: leadledger launch {upload.upload_id}",
        ]
    )
