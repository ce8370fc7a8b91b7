"""`leadledger leads` and `trace`: the consolidated leads, and where each cell came from."""

from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from leadledger.answers import Document, Lead
from leadledger.cli.command import Session, server_command
from leadledger.cli.lead_filters import with_lead_filters
from leadledger.cli.output import cell, table

app = typer.Typer()

_COLUMNS = ("name", "title", "company_name", "email", "email_verdict", "country", "worked_at_customer", "batch_item_id")


@app.command()
@server_command
@with_lead_filters
def leads(
    session: Session,
    *,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0 means all")] = 50,
    **filters: Any,
) -> None:
    """List leads, filtered; for example `--worked-at-customer --country Germany --country France`."""
    found = list(islice(session.client.leads(**filters), limit or None))
    for lead in found:
        session.out.line(lead)
    if not session.out.as_json:
        session.out.show(lead_table(found))
        session.out.show(f"{len(found)} of {session.client.count_leads(**filters)} leads")


@app.command()
@server_command
def trace(
    session: Session,
    lead: Annotated[UUID, typer.Argument(metavar="LEAD", help="The lead's batch_item_id, as `leads` gives it")],
) -> None:
    """Show the receipt of each of a lead's cells: the answer it came from, the call, and the CSV row."""
    receipt = session.client.trace(lead)
    session.out.line(receipt)
    session.out.show(trace_table(receipt))


def lead_table(leads: Sequence[Lead]) -> Table:
    """Return the leads as a table."""
    made = table(*_COLUMNS)
    for lead in leads:
        made.add_row(*(cell(lead.get(column)) for column in _COLUMNS))
    return made


def trace_table(receipt: Document) -> Table:
    """Return one row per cell."""
    made = table("cell", "value")
    for name, value in receipt.items():
        made.add_row(name, cell(value))
    return made
