"""`leadledger keys`: who may use the API, and for what."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import asyncpg
import typer

from leadledger.cli.command import DEFAULT_DATA, CommandError, DataOption, command
from leadledger.cli.output import Output, cell, table
from leadledger.cli.owner import owner_settings
from services import store
from shared.auth import Scope, create_key

app = typer.Typer(no_args_is_help=True, help="Who may use the API, and for what.")

T = TypeVar("T")


@app.command()
@command
def create(
    out: Output,
    client: Annotated[str, typer.Option(help="The client the key is for; made if it is new")],
    scope: Annotated[list[Scope], typer.Option(help="What the key may do; repeatable")],
    name: Annotated[str, typer.Option(help="What the key is for, to recognise it by")] = "command line",
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires; by default it does not")] = None,
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Make an API key and print it. It is shown only now: the database keeps a digest."""
    expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
    key = _as_owner(
        data, lambda owner: create_key(owner, client=client, name=name, scopes=frozenset(scope), expires_at=expires_at)
    )
    out.line({"client": client, "name": name, "scopes": sorted(scope), "expires_at": expires_at, "api_key": key})
    out.show(key)


@app.command("list")
@command
def list_keys(out: Output, data: DataOption = DEFAULT_DATA) -> None:
    """List the keys of all clients."""
    columns = ("client", "name", "scopes", "created_at", "expires_at", "revoked_at", "key_id")
    made = table(*columns[:-1], ids=columns[-1:])
    for key in _as_owner(data, store.list_keys):
        document = asdict(key)
        out.line(document)
        made.add_row(*(cell(document[column]) for column in columns))
    out.show(made)


@app.command()
@command
def revoke(
    out: Output,
    key_id: Annotated[UUID, typer.Argument(metavar="KEY_ID", help="The key's id, as `list` gives it")],
    data: DataOption = DEFAULT_DATA,
) -> None:
    """Make a key invalid from now on."""
    if not _as_owner(data, lambda owner: store.revoke_key(owner, key_id)):
        raise CommandError("No such key", f"There is no key {key_id}; `leadledger keys list` shows them.")
    out.line({"revoked": str(key_id)})
    out.show(f"Revoked {key_id}.")


def _as_owner(data: Path, work: Callable[[store.Owner], Awaitable[T]]) -> T:
    async def connected(url: str) -> T:
        owner = await asyncpg.connect(url)
        try:
            return await work(owner)
        finally:
            await owner.close()

    with owner_settings(data) as settings:
        try:
            return asyncio.run(connected(settings.database_url))
        except (OSError, asyncpg.PostgresError) as error:
            detail = f"{error} Check LEADLEDGER_DATABASE_URL and that `leadledger migrate` ran."
            raise CommandError("The database refused", detail) from error
