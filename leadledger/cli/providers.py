"""`leadledger providers`: what can be asked, and with which credentials."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, TypeAlias

import typer

from leadledger.cli.command import CommandError, Session, server_command
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import cell, table

app = typer.Typer(no_args_is_help=True, help="What can be asked, and with which credentials.")

NameArgument: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The provider's name, as `list` gives it")]


@app.command("list")
@server_command
def list_providers(session: Session) -> None:
    """List the providers and whether they are configured."""
    made = table("name", "version", "origin", "title", "shape", "configured")
    for provider in session.client.providers():
        session.out.line(provider)
        made.add_row(
            *(cell(provider.get(column)) for column in ("name", "version", "origin", "title", "shape", "configured"))
        )
    session.out.show(made)


@app.command()
@server_command
def show(session: Session, name: NameArgument) -> None:
    """Show a provider's document and configuration; secrets are never shown."""
    document = session.client.provider(name)
    session.out.line(document)
    made = table("", "")
    for key, value in document.items():
        made.add_row(key, cell(value))
    session.out.show(made)


@app.command()
@server_command
def configure(
    session: Session,
    name: NameArgument,
    variable: Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="A variable; repeatable")] = None,
    secret: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A secret: asked for, or read from standard input, one per line; repeatable"),
    ] = None,
    secret_env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=ENV", help="A secret that stands in the environment variable ENV; repeatable"),
    ] = None,
) -> None:
    """Put these variables and secrets in the place of a provider's configuration."""
    secrets = {each: _asked(each) for each in _names(secret or ())}
    secrets |= {
        each: _from_environment(variable) for each, variable in _pairs("--secret-env", secret_env or ()).items()
    }
    answer = session.client.configure_provider(name, variables=_pairs("--variable", variable or ()), secrets=secrets)
    session.out.line(answer)
    session.out.show(f"{name} is configured.")


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"{option} {text}", "Write it as name=value.", ExitCode.USAGE)
        pairs[name] = value
    return pairs


def _names(texts: Sequence[str]) -> Sequence[str]:
    for text in texts:
        if "=" in text:
            name = text.partition("=")[0]
            detail = (
                f"Give the name alone (--secret {name}): every user of this machine can read a command's arguments."
            )
            raise CommandError("A secret does not belong on the command line", detail, ExitCode.USAGE)
    return texts


def _asked(name: str) -> str:
    value = typer.prompt(name, hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise CommandError(f"No value for {name}", "Standard input ended before it; send one line per --secret.")
    return str(value)


def _from_environment(variable: str) -> str:
    value = os.environ.get(variable)
    if not value:
        raise CommandError(f"{variable} is not set", "Set it, or use --secret to be asked.", ExitCode.USAGE)
    return value
