"""`leadledger providers add` and `test`: documents of one's own, and one call to see what comes of them."""

from pathlib import Path
from typing import Annotated

import typer

from leadledger.cli.command import CommandError, Session, server_command
from leadledger.cli.document_file import name_of, read_document
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import cell, table
from leadledger.cli.providers import NameArgument

app = typer.Typer()


@app.command()
@server_command
def add(session: Session, file: Annotated[Path, typer.Argument(help="A YAML or JSON document")]) -> None:
    """Keep a provider's document of your own, or its next version; launches from now on ask by it."""
    document = read_document(file)
    answer = session.client.put_provider(name_of(document, file), document)
    session.out.line(answer)
    missing = f" Give it: leadledger providers configure {answer['name']}" if answer["missing"] else ""
    session.out.show(f"{answer['name']} version {answer['version']} ({answer['origin']}).{missing}")


@app.command("test")
@server_command
def try_out(
    session: Session,
    name: NameArgument,
    field: Annotated[list[str] | None, typer.Option(metavar="FIELD=VALUE", help="Of the input; repeatable")] = None,
    file: Annotated[Path | None, typer.Option("--input", help="The input as a YAML or JSON file")] = None,
    version: Annotated[int | None, typer.Option(min=1, help="Of the document; the newest if absent")] = None,
) -> None:
    """Ask a provider about one person or company, for real: it may be charged."""
    given = read_document(file) if file is not None else {}
    for text in field or ():
        key, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"--field {text}", "Write it as field=value.", ExitCode.USAGE)
        given[key] = value
    told = session.client.test_provider(name, given, version=version)
    session.out.line(told)
    made = table("", "")
    for key, value in told.items():
        made.add_row(key, cell(value))
    session.out.show(made)
