"""`leadledger providers shape`: what stands where in a provider's stored answers."""

from typing import Annotated

import typer

from leadledger.cli.command import Session, server_command
from leadledger.cli.output import cell, table
from leadledger.cli.providers import NameArgument

app = typer.Typer()


@app.command()
@server_command
def shape(
    session: Session,
    name: NameArgument,
    sample: Annotated[int, typer.Option(min=1, max=2_000, help="Look at so many answers")] = 200,
) -> None:
    """Show the paths of your stored answers: what is there, how often, and examples."""
    found = session.client.provider_shape(name, sample=sample)
    session.out.line(found)
    made = table("path", "types", "filled", "examples")
    for path in found["paths"]:
        filled = f"{path['fill_rate']:.0%}"
        made.add_row(cell(path["path"]), ", ".join(path["types"]), filled, cell(", ".join(path["examples"])))
    session.out.show(made)
    session.out.show(f"{found['answers']} answers of {name}" + (", and more paths" if found["more_paths"] else ""))
