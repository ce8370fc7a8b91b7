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

_COLUMNS = ("full_name", "title", "company_name", "email")
_MORE_COLUMNS = ("email_verdict", "country")


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
        out.show(lead_table(listed, wide=out.is_wide))
        if listed:
            out.show(f"Where the first one's cells came from: leadledger trace {listed[0]['batch_item_id']}")
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
    session.out.show(trace_table(receipt, wide=session.out.is_wide))
    session.out.show("The exact bytes of an answer: GET /calls/CALL/answer")


def lead_table(leads: Sequence[Lead], *, wide: bool) -> Table:
    """Return the leads as a table, with the customers they used to work at; their ids if there is room."""
    columns = (*_COLUMNS, *(_MORE_COLUMNS if wide else ()))
    made = table(*columns, "used to work at", ids=["lead"] if wide else [])
    for lead in leads:
        customers = ", ".join(dict.fromkeys(job["name"] for job in lead["customers"]))
        ids = [lead["batch_item_id"]] if wide else []
        made.add_row(*(cell(value) for value in (*(lead[column] for column in columns), customers, *ids)))
    return made


def trace_table(receipt: Document, *, wide: bool) -> Table:
    """Return one row per cell that has a value; the calls' ids if there is room."""
    made = table("cell", "value", "from", "place", ids=["call"] if wide else [])
    for name, field in receipt["fields"].items():
        if field["value"] is not None:
            *origin, call = _origin(field["origin"] or {})
            made.add_row(*(cell(value) for value in (name, field["value"], *origin, *([call] if wide else []))))
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
