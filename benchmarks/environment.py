"""A system of its own for a benchmark: PostgreSQL, sandbox, executor, gone afterwards."""

import asyncio
import json
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from cryptography.fernet import Fernet
from pydantic import SecretStr

from shared.auth import Scope, create_key
from shared.embedded import EmbeddedPostgres
from shared.migrate import migrate
from shared.settings import Settings


@contextmanager
def database() -> Iterator[Settings]:
    """Make a fresh, migrated database with fsync on; yield the settings that point to it."""
    directory = Path(tempfile.mkdtemp(prefix="leadledger-bench-"))
    directory.chmod(0o755)
    server = EmbeddedPostgres(directory)
    settings = Settings(
        database_url=server.url,
        secret_key=SecretStr(Fernet.generate_key().decode()),
        allow_private_addresses=True,
        log_level="error",
    )
    migrate(settings)
    try:
        yield settings
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def sandbox() -> Iterator[str]:
    """Run a sandbox in a process of its own; yield its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "services.sandbox.app:app", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        while not _answers(url):
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.TransportError:
        return False


async def make_client(settings: Settings) -> tuple[UUID, str]:
    """Make a client with a key; return both."""
    owner = await asyncpg.connect(settings.database_url)
    key = await create_key(owner, client="bench", name="bench", scopes=frozenset({Scope.ADMIN}))
    client_id: UUID = await owner.fetchval("SELECT client_id FROM clients")
    await owner.close()
    return client_id, key


async def launch(
    settings: Settings, client_id: UUID, inputs: Sequence[dict[str, Any]], workflow: dict[str, Any]
) -> UUID:
    """Write a launched batch of these items, as ingest does, and return its id."""
    upload_id, batch_id = uuid.uuid4(), uuid.uuid4()
    owner = await asyncpg.connect(settings.database_url)
    async with owner.transaction():
        await owner.execute(
            """
            INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping,
                                 unmapped, doubtful, notices, rows, problems)
            VALUES ($1, $2, 'apollo', 'bench.csv', sha256(''), 0, '{}', '[]', '{}', '[]', '[]', '[]', $3, 0)
            """,
            client_id,
            upload_id,
            len(inputs),
        )
        await owner.execute(
            """
            INSERT INTO raw_uploads (client_id, upload_id, row_no, line_no, cells)
            SELECT $1, $2, n, n + 1, '[]' FROM generate_series(1, $3::integer) AS n
            """,
            client_id,
            upload_id,
            len(inputs),
        )
        await owner.execute(
            """
            INSERT INTO batches (client_id, batch_id, upload_id, name, source, workflow, items)
            VALUES ($1, $2, $3, 'bench', 'apollo', $4, $5)
            """,
            client_id,
            batch_id,
            upload_id,
            json.dumps(workflow),
            len(inputs),
        )
        await owner.execute(
            """
            INSERT INTO batch_items (client_id, batch_item_id, batch_id, item_no, upload_id, row_no, input)
            SELECT $1, uuidv7(), $2, n, $3, n, input FROM unnest($4::jsonb[]) WITH ORDINALITY AS item (input, n)
            """,
            client_id,
            batch_id,
            upload_id,
            [json.dumps(each) for each in inputs],
        )
    await owner.execute("ANALYZE batch_items")
    await owner.close()
    return batch_id


@asynccontextmanager
async def watching(settings: Settings) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """Open the owner's connection, to see how far things are."""
    owner = await asyncpg.connect(settings.database_url)
    try:
        yield owner
    finally:
        await owner.close()


async def until_completed(owner: "asyncpg.Connection[asyncpg.Record]", batch_id: UUID) -> None:
    """Return when the batch is completed."""
    state = "SELECT state FROM batch_runs WHERE batch_id = $1"
    while await owner.fetchval(state, batch_id) != "completed":  # noqa: ASYNC110 - it is in another process's hands
        await asyncio.sleep(0.02)


def report(what: str, ours: Sequence[float], limit: Sequence[float], *, unit: str, limit_name: str) -> None:
    """Print the medians of both, and their ratio."""
    median, bound = statistics.median(ours), statistics.median(limit)
    print(f"{what}: {median:,.0f} {unit}; {limit_name}: {bound:,.0f} {unit}; ratio {median / bound:.2f}")
    print(f"  runs: {', '.join(f'{each:,.0f}' for each in ours)} | {', '.join(f'{each:,.0f}' for each in limit)}")
