"""`leadledger batch pause|resume|cancel|retry`: take hold of a batch at work."""

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

import typer

from leadledger.cli.batch import BatchArgument
from leadledger.cli.command import Session, server_command

app = typer.Typer(no_args_is_help=True, help="Pause, resume, cancel or retry a batch.")

ReasonOption: TypeAlias = Annotated[str | None, typer.Option(help="Why; shown with the batch")]


@app.command()
@server_command
def pause(session: Session, batch: BatchArgument, reason: ReasonOption = None) -> None:
    """Make no more calls for a batch until it is resumed; what is asked already is answered and kept."""
    session.out.line(session.client.pause(batch, reason=reason))
    session.out.show(f"Paused. Go on with: leadledger batch resume {batch}")


@app.command()
@server_command
def resume(
    session: Session,
    batch: BatchArgument,
    budget: Annotated[float | None, typer.Option(min=0, help="A budget in place of the present one")] = None,
) -> None:
    """Go on with a paused batch where it stood."""
    session.out.line(session.client.resume(batch, budget=None if budget is None else Decimal(str(budget))))
    session.out.show(f"It goes on. Watch it: leadledger watch {batch}")


@app.command()
@server_command
def cancel(session: Session, batch: BatchArgument, reason: ReasonOption = None) -> None:
    """End a batch: nothing more is asked, what was answered stays, and its rows become leads all the same."""
    session.out.line(session.client.cancel(batch, reason=reason))
    session.out.show("Cancelled. What was answered is kept.")


@app.command()
@server_command
def retry(
    session: Session,
    batch: BatchArgument,
    failed: Annotated[bool, typer.Option("--failed", help="Ask again what failed")] = False,
    unknown: Annotated[
        bool, typer.Option("--unknown", help="Ask again what was lost, though it may be charged a second time")
    ] = False,
    items: Annotated[list[str] | None, typer.Option(help="Of these batch items alone; repeat it for more")] = None,
) -> None:
    """Ask again what failed or was lost. Every attempt stays; the batch is completed and sealed anew."""
    if (failed and unknown) or not (failed or unknown or items):
        raise typer.BadParameter("give one of --failed and --unknown, or --items, or both")
    only: Literal["failed", "unknown"] | None = "failed" if failed else "unknown" if unknown else None
    retried = session.client.retry(batch, only=only, items=items)
    session.out.line(retried)
    session.out.show(f"{retried['questions']} questions are asked again. Watch it: leadledger watch {batch}")
