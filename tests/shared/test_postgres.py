"""The database as a service sees it: one client at a time, JSON both ways, back after a crash."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import orjson
import pytest
from pydantic import SecretStr

from shared.errors import Unavailable
from shared.postgres import AWAY, Postgres, role_url
from shared.settings import Settings
from tests.eventually import eventually
from tests.postgres import PrivatePostgres


@pytest.fixture
async def fragile(settings: Settings, private_postgres: PrivatePostgres) -> AsyncIterator[Postgres]:
    """A database that the test may break."""
    postgres = await Postgres.connect(settings.model_copy(update={"database_url": private_postgres.url}), "ingest")
    yield postgres
    await postgres.close()


@pytest.mark.parametrize(
    ("database_url", "password", "expected"),
    [
        ("postgresql://postgres@db:5432/leadledger", None, "postgresql://leadledger_ingest@db:5432/leadledger"),
        ("postgresql://postgres:own@db/x?ssl=on", "p@/:%", "postgresql://leadledger_ingest:p%40%2F%3A%25@db/x?ssl=on"),
        ("postgresql://postgres:@/x?host=/tmp/pg", None, "postgresql://leadledger_ingest@/x?host=/tmp/pg"),
        ("postgresql://db/x", "secret", "postgresql://leadledger_ingest:secret@db/x"),
    ],
)
def test_a_service_connects_as_its_own_role(database_url: str, password: str | None, expected: str) -> None:
    settings = Settings(database_url=database_url, service_password=password and SecretStr(password))
    assert role_url(settings, "leadledger_ingest") == expected


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, None, True, "ü\u2028"]},
        [],
        "text",
        None,
        2**53 + 1,
        2**63 - 1,
        1.5,
    ],
)
async def test_json_goes_in_as_an_object_or_as_bytes_and_comes_back_decoded(postgres: Postgres, value: object) -> None:
    async with postgres.duties() as connection:
        assert await connection.fetchval("SELECT $1::jsonb", value if value is not None else b"null") == value
        assert await connection.fetchval("SELECT $1::jsonb", orjson.dumps(value)) == value


async def test_the_client_holds_for_one_transaction_and_no_longer(postgres: Postgres, client_id: UUID) -> None:
    async with postgres.tenant(client_id) as connection:
        assert await connection.fetchval("SELECT shared.current_client()") == client_id
    for _ in range(8):
        async with postgres._acquired(postgres._tenants) as connection:
            assert await connection.fetchval("SELECT shared.current_client()") is None


async def test_a_cancelled_query_gives_its_connection_back(postgres: Postgres, client_id: UUID) -> None:
    async def sleep() -> None:
        async with postgres.tenant(client_id) as connection:
            await connection.execute("SELECT pg_sleep(60)")

    for _ in range(3):
        sleepers = [asyncio.create_task(sleep()) for _ in range(8)]  # twice the pool
        await eventually(lambda: postgres._tenants.get_idle_size() == 0 and postgres._tenants.get_size() == 4)
        for sleeper in sleepers:
            sleeper.cancel()
        await asyncio.gather(*sleepers, return_exceptions=True)
    async with asyncio.timeout(5), postgres.tenant(client_id) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_after_a_crash_of_the_server_the_pool_works_again(
    fragile: Postgres, private_postgres: PrivatePostgres, client_id: UUID
) -> None:
    async def work() -> int:
        async with fragile.tenant(client_id) as connection:
            await connection.execute("SELECT pg_sleep(0.3)")
            number: int = await connection.fetchval("SELECT 1")
            return number

    assert await work() == 1
    under_way = [asyncio.create_task(work()) for _ in range(4)]
    await eventually(lambda: fragile._tenants.get_idle_size() == 0)
    await asyncio.to_thread(private_postgres.restart, "immediate")
    broken = await asyncio.gather(*under_way, return_exceptions=True)
    assert all(isinstance(error, (*AWAY, Unavailable)) for error in broken), broken
    assert await asyncio.gather(*(work() for _ in range(8))) == [1] * 8


async def test_while_the_server_is_down_work_is_refused_as_unavailable(
    fragile: Postgres, private_postgres: PrivatePostgres, client_id: UUID
) -> None:
    await asyncio.to_thread(private_postgres.stop)
    with pytest.raises((Unavailable, *AWAY)):
        async with fragile.tenant(client_id) as connection:
            await connection.fetchval("SELECT 1")
    with pytest.raises(Unavailable, match="can't be reached"):
        async with fragile.tenant(client_id):
            pass
    await asyncio.to_thread(private_postgres.start)
    async with fragile.tenant(client_id) as connection:
        assert await connection.fetchval("SELECT 1") == 1


async def test_a_server_that_is_away_or_not_migrated_stops_the_start(settings: Settings) -> None:
    nowhere = settings.model_copy(update={"database_url": "postgresql://postgres@127.0.0.1:9/leadledger"})
    with pytest.raises(OSError, match="9"):
        await Postgres.connect(nowhere, "ingest")
    other = settings.model_copy(update={"database_url": settings.database_url.replace("/test_", "/no_such_")})
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await Postgres.connect(other, "ingest")
