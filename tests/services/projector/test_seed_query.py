"""The question that the product was built for, as one writes it by hand: by a service, and by a tool that reads."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from shared.postgres import Postgres, role_url
from shared.settings import Settings
from tests.services.projector.conftest import Batch, Launcher, Owner, Project

QUERY = """
SELECT * FROM batch_items JOIN person_work_history USING (batch_item_id)
WHERE person_work_history.company_name IN (SELECT name FROM client_customers)
"""


@pytest.fixture
async def batch(launch: Launcher, project: Project) -> Batch:
    """Ada was at the customer Acme, Bob at another company."""
    batch = await launch([{"full_name": "Ada"}, {"full_name": "Bob"}])
    for item, company in enumerate(("Acme", "Globex")):
        jobs = [{"organization_name": company, "title": "VP", "current": False}]
        await batch.answer(item, "person", "apollo-bulk-match", {"name": "A", "employment_history": jobs})
    await project(batch)
    await batch.owner.execute(
        """
        INSERT INTO client_customers (client_id, customer_id, customer_no, name, name_key, other_keys)
        VALUES ($1, uuidv7(), 1, 'Acme', 'acme', '{}')
        """,
        batch.client_id,
    )
    return batch


@pytest.fixture
async def reader(owner: Owner, settings: Settings, batch: Batch) -> AsyncIterator[Owner]:
    """A tool's connection: its role reads as the projector does, its client is set once."""
    await owner.execute("CREATE ROLE reads_for_acme LOGIN IN ROLE leadledger_projector")
    await owner.execute(f"ALTER ROLE reads_for_acme SET app.client_id = '{batch.client_id}'")
    await owner.execute("ALTER ROLE reads_for_acme SET search_path = ingest, execution, projection")
    connection = await asyncpg.connect(role_url(settings, "reads_for_acme"))
    yield connection
    await connection.close()
    await owner.execute("DROP ROLE reads_for_acme")


async def test_a_service_asks_it_for_a_client(batch: Batch, projector: Postgres) -> None:
    async with projector.tenant(batch.client_id) as connection:
        found = await connection.fetch(QUERY)
    assert [(row["item_no"], row["company_name"], row["title"]) for row in found] == [(1, "Acme", "VP")]


async def test_a_tool_that_reads_asks_it_as_it_stands(batch: Batch, reader: Owner) -> None:
    found = await reader.fetch(QUERY)
    assert [(row["item_no"], row["company_name"], row["title"]) for row in found] == [(1, "Acme", "VP")]


async def test_for_another_client_there_is_nothing(
    batch: Batch, projector: Postgres, other_key: str, owner: Owner
) -> None:
    other = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    async with projector.tenant(other) as connection:
        assert await connection.fetch(QUERY) == []
