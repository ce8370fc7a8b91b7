"""`leadledger leads` and `trace`: the consolidated leads, and where each cell came from."""

import sys
from collections.abc import Sequence
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.table import Table

from leadledger.answers import Document, Lead
from leadledger.cli.command import CommandError, Session, server_command
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.lead_csv import write_csv
from leadledger.cli.lead_filters import with_lead_filters
from leadledger.cli.output import cell, table

app = typer.Typer()

_COLUMNS = ("full_name", "title", "company_name", "email", "email_verdict", "country")


@app.command()
@server_command
@with_lead_filters
def leads(
    session: Session,
    *,
    limit: Annotated[int, typer.Option(min=0, help="At most so many; 0 means all")] = 50,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, safe to open in a spreadsheet")] = False,
    **filters: Any,
) -> None:
    """List leads, filtered; for example `--worked-at-customer --country Germany --country France`."""
    out = session.out
    if as_csv and out.as_json:
        raise CommandError("--csv and --json", "Choose one of them.", ExitCode.USAGE)
    found = islice(session.client.leads(**filters), limit or None)
    if as_csv:
        write_csv(found, sys.stdout)
    elif out.as_json:
        for lead in found:
            out.line(lead)
    else:
        listed = list(found)
        out.show(lead_table(listed))
        out.show(f"{len(listed)} of {session.client.count_leads(**filters)} leads")


@app.command()
@server_command
def trace(
    session: Session,
    lead: Annotated[UUID, typer.Argument(metavar="LEAD", help="The lead's batch_item_id, as `leads` gives it")],
) -> None:
    """Show the receipt of each of a lead's cells: the CSV cell, or the answer, the place in it and the call."""
    receipt = session.client.trace(lead)
    session.out.line(receipt)
    session.out.show(trace_table(receipt))
    session.out.show("The exact bytes of an answer: GET /calls/CALL/answer")


def lead_table(leads: Sequence[Lead]) -> Table:
    """Return the leads as a table, with the customers they used to work at."""
    made = table(*_COLUMNS, "used to work at", "lead")
    for lead in leads:
        customers = ", ".join(dict.fromkeys(job["name"] for job in lead["customers"]))
        made.add_row(*(cell(lead[column]) for column in _COLUMNS), cell(customers), cell(lead["batch_item_id"]))
    return made


def trace_table(receipt: Document) -> Table:
    """Return one row per cell that has a value."""
    made = table("cell", "value", "from", "place", "call")
    for name, field in receipt["fields"].items():
        if field["value"] is not None:
            made.add_row(name, cell(field["value"]), *map(cell, _origin(field["origin"] or {})))
    return made


def _origin(origin: Document) -> tuple[str, str, str]:
    """Return who told a value, where it stands there, and the id of the call."""
    call = (origin.get("call") or {}).get("call_id", "")
    match origin.get("kind"):
        case "csv":
            return f"{origin.get('filename')}, row {origin.get('row_no')}", origin.get("header") or "", ""
        case "answer":
            return f"{origin['provider']}, attempt {origin['attempt']}", origin["json_path"], call
        case "work_history":
            return f"{origin['provider']}, job {origin['job_no']}", origin["json_path"], call
        case "inferred":
            return "inferred", origin["why"], ""
        case _:
            return "", "", ""
