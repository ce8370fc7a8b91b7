"""`leadledger projection`: rebuild a batch's leads from stored answers, as a draft or for all to see."""

from datetime import datetime
from typing import Annotated, Any, TypeAlias

import typer

from leadledger.cli.batch import BatchArgument
from leadledger.cli.command import Session, server_command
from leadledger.cli.output import cell, table

app = typer.Typer(no_args_is_help=True, help="Rebuild a batch's leads from stored answers; promote, roll back.")

RulesOption: TypeAlias = Annotated[str | None, typer.Option(help="builtin or a version; those in force if absent")]
_MOST_SHOWN = 20


@app.command()
@server_command
def rebuild(
    session: Session,
    batch: BatchArgument,
    rules: RulesOption = None,
    as_of: Annotated[datetime | None, typer.Option(help="By the answers that were there then (UTC)")] = None,
    *,
    draft: Annotated[bool, typer.Option("--draft", help="Beside what readers see")] = False,
) -> None:
    """Read a batch's stored answers again; nobody is asked, nothing is paid."""
    made = session.client.project(batch, rules=rules, as_of=as_of, draft=draft)
    session.out.line(made)
    where = f"a draft; see it with: leadledger projection diff {batch}" if draft else "what readers see now"
    session.out.show(f"{made['leads']} leads, {made['jobs']} jobs by rules {made['rules']}: {where}")


@app.command()
@server_command
def diff(session: Session, batch: BatchArgument) -> None:
    """Show what promoting the draft would change, and why."""
    show_diff(session, batch)


def show_diff(session: Session, batch: Any) -> None:
    """Print the diff of a batch's draft: all of it as JSON lines, the first leads for people."""
    for number, page in enumerate(session.client.diff(batch)):
        session.out.line(page)
        if number == 0:
            _show_first(session, page)
            if not session.out.as_json:
                return


def _show_first(session: Session, page: dict[str, Any]) -> None:
    summary = page["summary"]
    fields = ", ".join(f"{name} {count}" for name, count in summary["fields"].items()) or "no field"
    jobs = f"{summary['jobs_added']} jobs come, {summary['jobs_removed']} go"
    session.out.show(f"{summary['leads_changed']} leads change: {fields}; {jobs}.")
    made = table("lead", "field", "from", "to", "why")
    for lead in page["leads"][:_MOST_SHOWN]:
        for name, change in lead["fields"].items():
            made.add_row(
                *(cell(each) for each in (lead["full_name"], name, change["from"], change["to"])), change["reason"]
            )
    session.out.show(made)
    if len(page["leads"]) > _MOST_SHOWN or page["next"]:
        session.out.show(f"The first {_MOST_SHOWN} of them; --json prints all.")


@app.command()
@server_command
def promote(session: Session, batch: BatchArgument) -> None:
    """Let readers see the draft; what they saw can be had again with rollback."""
    session.out.line(session.client.promote_draft(batch))
    session.out.show(f"Readers see it now. Take it back with: leadledger projection rollback {batch}")


@app.command()
@server_command
def rollback(session: Session, batch: BatchArgument) -> None:
    """Let readers see exactly what they saw before the last promotion."""
    session.out.line(session.client.roll_back(batch))
    session.out.show("Readers see what they saw before; what was promoted is the draft again.")
