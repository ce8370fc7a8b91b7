"""`leadledger serve`: one service of several, for an installation with PostgreSQL and RabbitMQ of its own."""

import sys
from enum import StrEnum
from typing import Annotated

import typer
import uvicorn

from leadledger.cli.command import CommandError, command
from leadledger.cli.output import Output

app = typer.Typer()

_GRACE_SECONDS = 15


class Service(StrEnum):
    """What can be served alone."""

    INGEST = "ingest"
    EXECUTOR = "executor"
    PROJECTOR = "projector"
    SANDBOX = "sandbox"


@app.command()
@command
def serve(
    out: Output,
    service: Annotated[Service, typer.Argument(help="Which service")],
    host: Annotated[str, typer.Option(help="Address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen at")] = 8000,
) -> None:
    """Serve one service with the settings of the environment (LEADLEDGER_DATABASE_URL, LEADLEDGER_BUS_URL, ...)."""
    if sys.stderr.isatty():
        out.note(f"Serving {service} at http://{host}:{port}; Ctrl-C stops it.")
    try:
        uvicorn.run(
            f"services.{service}.app:app",
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    except SystemExit as error:
        if error.code:
            detail = "The log above says why; LEADLEDGER_DATABASE_URL and LEADLEDGER_BUS_URL say what it needs."
            raise CommandError(f"{service} could not start", detail) from error
