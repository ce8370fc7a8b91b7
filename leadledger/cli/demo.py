"""`leadledger demo`: the whole way of a CSV file on this machine, with invented people."""

import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from leadledger.answers import Batch
from leadledger.cli.batch import counts_of, watched
from leadledger.cli.child_server import child_server
from leadledger.cli.command import CommandError, DataOption, Session, command
from leadledger.cli.leads import lead_table, trace_table
from leadledger.cli.output import Output
from leadledger.cli.sandbox_providers import WARNING
from leadledger.client import Client
from services.data_directory import DataDirectory, RunningServer

app = typer.Typer()

_SERVICES = Path(__file__).parents[2] / "services"
_FILES = _SERVICES / "sandbox" / "demo"
_CONSOLE = _SERVICES / "console" / "index.html"
_SHOWN_LEADS = 10


@app.command()
@command
def demo(
    out: Output,
    data: DataOption = Path(".leadledger/demo"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget what earlier demos stored")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the server running when the demo is over")] = False,
) -> None:
    """Start a server with imitated providers, upload a bundled Apollo file, enrich it, and ask the question.

    In a terminal the server stays until Ctrl-C, so that you can look around; elsewhere it ends with the demo.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    directory = DataDirectory(data)
    waits = sys.stdout.isatty() and not keep and not out.as_json
    with _server(out, directory, fresh=fresh, keep=keep) as server:
        with Client(server.url, directory.api_key() or "") as client:
            _walk(Session(client=client, out=out))
        _tell_how_to_go_on(out, directory, server, stays=keep or waits)
        if keep:
            out.show(f"Stop it:  kill {server.pid}")
        elif waits:
            _wait_for_interrupt(out)


def _walk(session: Session) -> None:
    """Go the way of the file, one call of the client after the other."""
    client, out = session.client, session.out
    uploaded = client.upload(_FILES / "apollo_demo.csv", source="apollo")
    out.show(f"Uploaded {uploaded.filename}: {uploaded.rows} rows kept, {uploaded.problems} with problems.")
    out.show(f"Customers: {client.replace_customers(_FILES / 'customers.csv')['customers']} companies.")
    launched = client.launch(uploaded.upload_id, name="demo")
    out.show(f"Launched batch {launched.batch_id}: {launched.items} items, asked of Apollo and People Data Labs.")
    batch = watched(session, launched.batch_id)
    out.line(batch)
    if not batch.is_readable:
        raise CommandError(f"The batch is {batch.state}", batch.reason or "The server's log says more.")
    out.show(counts_of(batch))
    _answer(session, batch)


def _answer(session: Session, batch: Batch) -> None:
    client, out = session.client, session.out
    filters: dict[str, Any] = {"batch_id": str(batch.batch_id), "worked_at_customer": True}
    leads = list(client.leads(**filters))
    out.show(f"\nWho used to work at our customers? {len(leads)} of {batch.items} leads:")
    out.show(lead_table(leads[:_SHOWN_LEADS], wide=out.is_wide))
    if leads:
        out.show("\nWhere the first one's cells came from:")
        out.show(trace_table(client.trace(leads[0]["batch_item_id"]), wide=out.is_wide))
    verified = client.verify(batch.batch_id)
    out.show(f"\nSeal: {'verified' if verified.verified else 'NOT VERIFIED'} over {verified.results} results.")
    for lead in leads:
        out.line(lead)


@contextmanager
def _server(out: Output, directory: DataDirectory, *, fresh: bool, keep: bool) -> Iterator[RunningServer]:
    """Yield the server of the demo's folder: the one that runs there, or a new one."""
    out.note(WARNING)
    if running := directory.running_server():
        out.note(f"A demo's server runs already, process {running.pid}; using it, and leaving it running.")
        yield running
        return
    used = directory.api_key_file.exists()
    if fresh and used:
        shutil.rmtree(directory.path)
    earlier = " with what earlier demos stored there (--fresh forgets it)" if used and not fresh else ""
    out.note(f"Starting a server in {directory.path}{earlier} ...")
    with child_server(directory, keep=keep) as server:
        yield server


def _tell_how_to_go_on(out: Output, directory: DataDirectory, server: RunningServer, *, stays: bool) -> None:
    console = "the console; " if _CONSOLE.exists() else ""
    out.show(f"\nServer:   {server.url} ({console}the API is described at {server.url}/docs)")
    out.show(f"API key:  {directory.api_key()}")
    out.show(f"Database: {server.dsn}")
    if stays:
        out.show(f"Go on:    leadledger leads --worked-at-customer --data {directory.path}")
    else:
        out.show(f"It ends now; `leadledger up --sandbox --data {directory.path}` starts it again with this data.")


def _wait_for_interrupt(out: Output) -> None:
    out.show("Ctrl-C stops it.")
    with suppress(KeyboardInterrupt):
        signal.pause()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
