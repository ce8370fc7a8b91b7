"""`leadledger costs`: what a batch cost, by provider and per value that stands in the leads."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

import typer

from leadledger.cli.command import Session, server_command
from leadledger.cli.output import cell, table

app = typer.Typer()


@app.command()
@server_command
def costs(session: Session, batch: Annotated[UUID, typer.Argument(metavar="BATCH", help="The batch's id")]) -> None:
    """Show what a batch cost: each step and provider, and what a value of each field came to."""
    found = session.client.costs(batch)
    session.out.line(found)
    spent = table("step", "provider", "results", "found", "spent", "of it estimated")
    for row in found["results"]:
        amounts = (f"{row[part]} {row['unit']}" for part in ("amount", "estimated"))
        spent.add_row(
            *(cell(value) for value in (row["step"], row["provider"], row["results"], row["found"], *amounts))
        )
    session.out.show(spent)
    told = table("field", "from", "values", "spent per value")
    for field in found["fields"]:
        for source in field["sources"]:
            told.add_row(
                *(cell(value) for value in (field["field"], source["provider"], source["values"])),
                _amounts(source["spend_per_value"]),
            )
    session.out.show(told)
    session.out.show(f"In all: {_amounts(found['total']) or 'nothing'}")


def _amounts(spend: Mapping[str, str]) -> str:
    return ", ".join(f"{amount} {unit}" for unit, amount in spend.items())
