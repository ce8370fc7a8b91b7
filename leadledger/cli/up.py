"""`leadledger up`: everything in one process, on a data directory."""

import os
import socket
from typing import Annotated

import typer

from leadledger.cli.command import DEFAULT_DATA, CommandError, DataOption, command
from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import Output
from leadledger.cli.sandbox_providers import WARNING, left_at_sandbox, use_sandbox
from leadledger.client import Client
from services.data_directory import DataDirectory, DirectoryInUse, RunningServer
from shared.settings import Settings

app = typer.Typer()


@app.command()
@command
def up(
    out: Output,
    data: DataOption = DEFAULT_DATA,
    host: Annotated[str, typer.Option(help="Address to listen at")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one")] = 8000,
    sandbox: Annotated[bool, typer.Option("--sandbox", help="With imitated providers, which INVENT people")] = False,
) -> None:
    """Run the whole server here: an embedded PostgreSQL, the three services, the console. Ctrl-C stops it.

    The data directory survives restarts and kills. With --json, one line tells when it is ready:
    {"url", "api_key", "dsn"}.
    """
    from services.standalone import StartFailed, run_standalone  # noqa: PLC0415 - takes two seconds, so here only

    directory = DataDirectory(data)
    with _listening(host, port) as listener:
        settings = _settings(listener, sandbox=sandbox)

        def announce(in_force: Settings) -> None:
            server = RunningServer.of_process(os.getpid(), url=_url(listener), dsn=in_force.database_url)
            directory.announce(server)
            _tell(out, directory, server, sandbox=sandbox)

        try:
            with directory.locked():
                run_standalone(directory, settings, listener, sandbox=sandbox, on_ready=announce)
        except DirectoryInUse as error:
            raise CommandError("The data directory is in use", str(error)) from error
        except StartFailed as error:
            raise CommandError("The server did not start", str(error)) from error


def _listening(host: str, port: int) -> socket.socket:
    """Bind before anything is started, so that a taken port is told at once."""
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        detail = f"{why}. Give another with --port; 0 takes a free one."
        raise CommandError(f"Can't listen at {host}:{port}", detail, ExitCode.FAILED) from error


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    reached_at = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{reached_at}:{port}"


def _settings(listener: socket.socket, *, sandbox: bool) -> Settings:
    settings = Settings()
    given = settings.model_fields_set
    changes: dict[str, object] = {}
    if "public_url" not in given:
        changes["public_url"] = _url(listener)
    if "log_format" not in given:
        changes["log_format"] = "text"
    if sandbox:
        changes["allow_private_addresses"] = True
    return settings.model_copy(update=changes)


def _tell(out: Output, directory: DataDirectory, server: RunningServer, *, sandbox: bool) -> None:
    key = directory.api_key()
    assert key is not None  # noqa: S101 - made before the server is ready
    with Client(server.url, key) as client:
        _tell_of_providers(out, client, sandbox=sandbox)
    out.line({"url": server.url, "api_key": key, "dsn": server.dsn})
    out.show(f"Leadledger is ready at {server.url} (API described at {server.url}/docs); Ctrl-C stops it.")
    out.show(f"API key: in {directory.api_key_file}")
    out.show(f"Database: {server.dsn}")
    if directory.path == DEFAULT_DATA.resolve():
        out.show("In another terminal: leadledger upload FILE.csv")
    else:
        out.show(f"In another terminal: leadledger upload FILE.csv --data {directory.path}")


def _tell_of_providers(out: Output, client: Client, *, sandbox: bool) -> None:
    if sandbox:
        out.note(WARNING)
        if kept := use_sandbox(client):
            out.note(f"NOT imitated, because they have credentials of their own: {', '.join(kept)}.")
    elif left := left_at_sandbox(client):
        out.note(
            f"These providers still point to a sandbox that does not run now: {', '.join(left)}. "
            "Start with --sandbox, or give them credentials with `leadledger providers configure`."
        )
    elif not any(provider["configured"] for provider in client.providers()):
        out.note("No provider has credentials yet: `leadledger providers configure NAME --secret api_key`.")
