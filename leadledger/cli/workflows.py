"""`leadledger workflows`: which providers are asked, in which order."""

from pathlib import Path
from typing import Annotated

import typer

from leadledger.cli.command import Session, server_command
from leadledger.cli.document_file import as_yaml, name_of, read_document
from leadledger.cli.output import cell, table

app = typer.Typer(no_args_is_help=True, help="Which providers are asked, in which order.")


@app.command("list")
@server_command
def list_workflows(session: Session) -> None:
    """List the workflows that can be launched."""
    made = table("name", "version", "origin", "title", "steps")
    for workflow in session.client.workflows():
        session.out.line(workflow)
        steps = ", ".join(step["name"] for step in workflow["steps"])
        made.add_row(*(cell(workflow[column]) for column in ("name", "version", "origin", "title")), steps)
    session.out.show(made)


@app.command()
@server_command
def show(
    session: Session,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    version: Annotated[int | None, typer.Option(min=1, help="The newest if absent")] = None,
) -> None:
    """Show a workflow, as YAML that can be changed and added again."""
    workflow = session.client.workflow(name, version=version)
    session.out.line(workflow)
    steps = [{key: value for key, value in step.items() if value is not None} for step in workflow["steps"]]
    said = {key: value for key, value in workflow.items() if key not in ("origin", "version")}
    session.out.show(as_yaml({**said, "steps": steps}))


@app.command()
@server_command
def add(session: Session, file: Annotated[Path, typer.Argument(help="A YAML or JSON document")]) -> None:
    """Keep a workflow of your own, or the next version of it; launches from now on follow it."""
    document = read_document(file)
    answer = session.client.put_workflow(name_of(document, file), document)
    session.out.line(answer)
    session.out.show(f"{answer['name']} version {answer['version']} ({answer['origin']}).")
