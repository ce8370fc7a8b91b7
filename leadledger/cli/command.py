"""What every command has in common: --json, the way to the server, and errors as words and exit codes."""

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from leadledger.cli.exit_code import ExitCode
from leadledger.cli.output import Output
from leadledger.client import Client
from leadledger.errors import LeadledgerError, UnreachableError
from services.data_directory import DataDirectory

DEFAULT_DATA = Path(".leadledger/data")

DataOption: TypeAlias = Annotated[
    Path, typer.Option("--data", envvar="LEADLEDGER_DATA", help="Data directory of a server of `leadledger up`")
]

_JSON = inspect.Parameter(
    "as_json",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, typer.Option("--json", help="Print JSON, one document per line, and nothing else")],
)
_SERVER = [
    inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
    for name, default, annotation in (
        (
            "url",
            None,
            Annotated[
                str | None,
                typer.Option(envvar="LEADLEDGER_URL", help="Server; by default the one running in the data directory"),
            ],
        ),
        (
            "key",
            None,
            Annotated[
                str | None,
                typer.Option(envvar="LEADLEDGER_API_KEY", help="API key; by default the data directory's"),
            ],
        ),
        ("data", DEFAULT_DATA, DataOption),
    )
]


class CommandError(Exception):
    """A command can't do what it was asked; the detail says what to do."""

    def __init__(self, title: str, detail: str, exit_code: ExitCode = ExitCode.FAILED) -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.exit_code = exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A command at work against a server."""

    client: Client
    out: Output


def command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option --json; its first argument becomes the Output."""

    def run(*, as_json: bool, **options: Any) -> None:
        out = Output(as_json=as_json)
        try:
            function(out, **options)
        except LeadledgerError as error:
            _explain(out, error)
        except CommandError as error:
            out.error({"title": error.title, "detail": error.detail})
            raise typer.Exit(error.exit_code) from None

    return _with_options(function, run, [_JSON])


def server_command(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command --url, --key, --data and --json; its first argument becomes the Session."""

    def run(out: Output, *, url: str | None, key: str | None, data: Path, **options: Any) -> None:
        address, api_key = _way(DataDirectory(data), url, key)
        with Client(address, api_key) as client:
            function(Session(client=client, out=out), **options)

    return command(_with_options(function, run, _SERVER, first="out"))


def _way(directory: DataDirectory, url: str | None, key: str | None) -> tuple[str, str]:
    running = directory.running_server()
    address = url or (running.url if running else None)
    if address is None:
        detail = (
            f"No server runs in {directory.path}. Start one with `leadledger up`, "
            "or name yours with --url or LEADLEDGER_URL."
        )
        raise CommandError("No server to talk to", detail, ExitCode.UNREACHABLE)
    if not address.startswith(("http://", "https://")):
        raise CommandError("Not an address", f"{address!r} must begin with http:// or https://.", ExitCode.USAGE)
    # The directory's key is for the directory's server alone: it is never sent to another address.
    own = directory.api_key() if running is not None and address.rstrip("/") == running.url else None
    if (api_key := key or own) is None:
        raise CommandError("No API key", "Give one with --key or LEADLEDGER_API_KEY.", ExitCode.USAGE)
    return address, api_key


def _explain(out: Output, error: LeadledgerError) -> None:
    detail, exit_code = error.detail, ExitCode.REFUSED
    if isinstance(error, UnreachableError):
        detail += " Is it running? `leadledger up` starts one here; --url names another."
        exit_code = ExitCode.UNREACHABLE
    out.error({"title": error.title, "detail": detail, "status": error.status, "trace_id": error.trace_id})
    raise typer.Exit(exit_code) from None


def _with_options(
    function: Callable[..., None], run: Callable[..., None], options: list[inspect.Parameter], first: str | None = None
) -> Callable[..., None]:
    """Return `run` looking, to Typer, like `function` without its first argument and with these options."""
    own = list(inspect.signature(function, eval_str=True).parameters.values())[1:]
    leading = [inspect.Parameter(first, inspect.Parameter.POSITIONAL_OR_KEYWORD)] if first else []
    keyword_only = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own]
    functools.update_wrapper(run, function)
    run.__signature__ = inspect.Signature([*leading, *keyword_only, *options])  # type: ignore[attr-defined]
    return run
