"""What every test may use: a database of its own on a real PostgreSQL, clients, keys."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TypeAlias
from uuid import UUID

import asyncpg
import psycopg
import pytest
from psycopg import sql

from shared.auth import Scope, create_key
from shared.embedded import EmbeddedPostgres
from shared.migrate import migrate
from shared.postgres import Postgres
from shared.settings import Settings
from tests.postgres import PrivatePostgres
from tests.rabbitmq import PrivateRabbit, delete_topology, new_private_rabbit, some_rabbit

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of this test run, with a migrated database `template_leadledger` to copy from."""
    directory = Path(tempfile.mkdtemp(prefix="leadledger-test-"))
    directory.chmod(0o755)
    postgres = EmbeddedPostgres(directory)
    with psycopg.connect(postgres.url, autocommit=True) as owner:
        owner.execute("CREATE DATABASE template_leadledger")
    migrate(Settings(database_url=address(postgres, "template_leadledger")))
    yield postgres
    postgres.stop()
    shutil.rmtree(directory, ignore_errors=True)


def address(server: EmbeddedPostgres, database: str) -> str:
    """Return the owner's address of a database of the test server."""
    return server.url.replace("/postgres?", f"/{database}?")


@pytest.fixture
def settings(server: EmbeddedPostgres) -> Iterator[Settings]:
    """Settings that point to a fresh, migrated database, dropped after the test."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template_leadledger STRATEGY wal_log").format(sql.Identifier(name))
        )
    # Settings that belong to a database are not copied with it.
    with psycopg.connect(address(server, name)) as owner:
        owner.execute(Path("shared/migrations/sql/0001_roles.sql").read_text().encode())
    yield Settings(
        database_url=address(server, name),
        pool_size=4,
        allow_private_addresses=True,
        log_format="text",
        log_level="warning",
        lease_seconds=2.0,
        duty_interval_seconds=0.02,
    )
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[Owner]:
    """The owner's connection: sees and may do everything the database allows at all."""
    connection = await asyncpg.connect(settings.database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def api_key(owner: Owner) -> str:
    """A key of the client `acme` with every scope."""
    return await create_key(owner, client="acme", name="tests", scopes=frozenset({Scope.ADMIN}))


@pytest.fixture
async def client_id(owner: Owner, api_key: str) -> UUID:  # the key's fixture makes the client
    """The id of the client `acme`."""
    found: UUID = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'acme'")
    return found


@pytest.fixture
async def other_key(owner: Owner) -> str:
    """A key of another client, `globex`, with every scope."""
    return await create_key(owner, client="globex", name="tests", scopes=frozenset({Scope.ADMIN}))


@pytest.fixture
async def postgres(settings: Settings) -> AsyncIterator[Postgres]:
    """The database as the ingest service sees it."""
    postgres = await Postgres.connect(settings, "ingest")
    yield postgres
    await postgres.close()


@pytest.fixture(scope="session")
def rabbit() -> Iterator[str]:
    """The address of a RabbitMQ that answers; shared with whoever uses it, so keep to `bus_prefix` there."""
    with some_rabbit() as url:
        yield url


@pytest.fixture
def bus_prefix(rabbit: str) -> Iterator[str]:
    """A prefix for queues and exchanges of this test alone, deleted afterwards."""
    prefix = f"test-{uuid.uuid4().hex[:12]}-"
    yield prefix
    delete_topology(rabbit, prefix)


@pytest.fixture(scope="session")
def private_rabbit() -> Iterator[PrivateRabbit]:
    """A RabbitMQ that tests may restart, kill and starve; leave it running and without alarms."""
    broker = new_private_rabbit()
    broker.start()
    yield broker
    broker.close()


@pytest.fixture
def private_postgres() -> Iterator[PrivatePostgres]:
    """A migrated PostgreSQL that the test may crash and freeze."""
    server = PrivatePostgres()
    server.start()
    server.migrate()
    yield server
    server.close()
