"""`leadledger launch`, `watch`, `verify`: a batch from its start to its seal."""

from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from leadledger.answers import Batch, Document, Event
from leadledger.cli.command import CommandError, Session, server_command
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import Output, cell, table

app = typer.Typer()

BatchArgument: TypeAlias = Annotated[UUID, typer.Argument(metavar="BATCH", help="The batch's id, as `launch` gave it")]

_WAITING = ("pending", "running")


@app.command()
@server_command
def launch(  # noqa: PLR0913, PLR0917 - a command has as many options as it takes
    session: Session,
    upload: Annotated[UUID, typer.Argument(metavar="UPLOAD", help="The upload's id, as `upload` gave it")],
    workflow: Annotated[str | None, typer.Option(help="Workflow; by default the one for the upload's source")] = None,
    name: Annotated[str | None, typer.Option(help="A name to find the batch by")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="Only the first N rows")] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, help="Credits that are never exceeded: it pauses before")
    ] = None,
    tolerate: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="Percent of the items that may fail before the batch has failed"),
    ] = None,
    estimate: Annotated[bool, typer.Option("--estimate", help="Only say what it may cost")] = False,
) -> None:
    """Launch a batch: ask the workflow's providers about the rows of an upload. This may cost what they charge."""
    if estimate:
        told = session.client.estimate(upload, workflow=workflow, sample=sample)
        session.out.line(told)
        session.out.show(_estimate(told))
        return
    launched = session.client.launch(
        upload,
        workflow=workflow,
        name=name,
        sample=sample,
        budget=None if budget is None else Decimal(str(budget)),
        tolerated_failures=None if tolerate is None else {"percent": tolerate},
    )
    session.out.line(launched)
    session.out.show(f"Batch {launched.batch_id} launched with {launched.items} items.")
    session.out.show(f"Watch it: leadledger watch {launched.batch_id}")


@app.command()
@server_command
def watch(session: Session, batch: BatchArgument) -> None:
    """Follow a batch until its leads are readable; ends with 6 if it is paused, cancelled or failed."""
    settled = watched(session, batch)
    session.out.line(settled)
    session.out.show(counts_of(settled))
    if not settled.is_readable:
        reason = settled.reason or "no reason is given"
        raise CommandError(f"The batch is {settled.state}", reason, ExitCode.UNFINISHED)


@app.command()
@server_command
def verify(session: Session, batch: BatchArgument) -> None:
    """Recompute a completed batch's seal from its stored results; ends with 5 if it differs."""
    found = session.client.verify(batch)
    session.out.line(found)
    if not found.verified:
        detail = f"The seal was {found.seal}, the stored results give {found.recomputed}: they were changed."
        raise CommandError("The seal does not verify", detail, ExitCode.NOT_VERIFIED)
    session.out.show(f"Verified: the {found.results} results are as they were when the batch completed.")
    session.out.show(f"Seal: {found.seal}")


def watched(session: Session, batch_id: UUID) -> Batch:
    """Follow the batch with a progress bar, or with one JSON line per event, and return it settled."""
    batch, out = session.client.batch(batch_id), session.out
    with _bar(out) as bar:
        task = bar.add_task(batch.state, total=batch.items, completed=_finished(batch.counts))
        for event in session.client.watch(batch_id):
            out.line(event)
            bar.update(task, completed=_counted(event), description=event.type.removeprefix("batch."))
        settled = session.client.batch(batch_id)
        bar.update(task, completed=_finished(settled.counts), description=settled.state)
    return settled


def counts_of(batch: Batch) -> Table:
    """Return the batch's counts, and what became readable, as a table."""
    made = table("items", *batch.counts, *(("leads", "jobs") if batch.projected else ()))
    projected = (batch.projected.leads, batch.projected.jobs) if batch.projected else ()
    made.add_row(*(cell(count) for count in (batch.items, *batch.counts.values(), *projected)))
    return made


def _estimate(told: Document) -> Table:
    made = table("step", "provider", "configured", "asked", "calls", "hit rate", "expected", "at most", "unit")
    for each in told["providers"]:
        ranges = [f"{each[name]['least']}-{each[name]['most']}" for name in ("asked", "calls")]
        costs = (each["hit_rate"], each["cost_expected"], each["cost_most"], each["cost_unit"])
        made.add_row(*(cell(value) for value in (each["step"], each["provider"], each["configured"], *ranges, *costs)))
    return made


def _bar(out: Output) -> Progress:
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=out.notes, disable=out.as_json)


def _finished(counts: dict[str, int]) -> int:
    return sum(count for state, count in counts.items() if state not in _WAITING)


def _counted(event: Event) -> int | None:
    counts = event.data.get("counts")
    return _finished(counts) if isinstance(counts, dict) else None
