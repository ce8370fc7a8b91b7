"""`leadledger rules`: how answers are read and which values are believed, in versions."""

from pathlib import Path
from typing import Annotated

import typer
import yaml

from leadledger.cli.batch import BatchArgument
from leadledger.cli.command import Session, server_command
from leadledger.cli.document_file import read_document
from leadledger.cli.output import cell, table
from leadledger.cli.projection import show_diff

app = typer.Typer(no_args_is_help=True, help="How answers are read and which values are believed, in versions.")


@app.command("list")
@server_command
def list_rules(session: Session) -> None:
    """List the versions of your own, and which rules are in force."""
    listed = session.client.rules()
    session.out.line(listed)
    made = table("version", "name", "base", "made", "rules", "")
    for each in listed["versions"]:
        live = "in force" if each["version"] == listed["live"] else ""
        columns = ("version", "name", "base", "made_at", "rules")
        made.add_row(*(cell(each[column]) for column in columns), live)
    made.add_row("builtin", "", "", "", listed["builtin"], "in force" if listed["live"] == "builtin" else "")
    session.out.show(made)


@app.command()
@server_command
def show(
    session: Session, version: Annotated[str, typer.Argument(help="live, builtin, a version or a digest")] = "live"
) -> None:
    """Show all readings and the policy of a version, as YAML that can be changed and added again."""
    document = session.client.rules_version(version)
    session.out.line(document)
    whole = {"base": "nothing", "readings": document["readings"], "policy": document["policy"]}
    session.out.show(yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=120).rstrip())


@app.command()
@server_command
def add(
    session: Session,
    file: Annotated[Path, typer.Argument(help="A YAML or JSON document: base, readings, remove, policy")],
    name: Annotated[str | None, typer.Option(help="What to call the version")] = None,
) -> None:
    """Make a version out of a change to the rules in force; it is not in force before it is promoted."""
    answer = session.client.change_rules(read_document(file) | ({} if name is None else {"name": name}))
    session.out.line(answer)
    session.out.show(f"{answer['version']} ({answer['rules']}); read a batch by it before you promote it.")


@app.command()
@server_command
def diff(
    session: Session,
    batch: BatchArgument,
    rules: Annotated[str, typer.Option(help="The version to read the batch by")],
) -> None:
    """Make a draft of a batch by a version of the rules, and show what it would change."""
    session.client.project(batch, rules=rules, draft=True)
    show_diff(session, batch)
    session.out.show(f"Put it in place with: leadledger projection promote {batch}")


@app.command()
@server_command
def promote(session: Session, version: Annotated[str, typer.Argument(help="builtin or a version of yours")]) -> None:
    """Read all batches by a version from now on; those there are are rebuilt in the background."""
    session.out.line(session.client.promote_rules(version))
    session.out.show(f"{version} is in force; your batches are rebuilt by it, the newest first.")
