"""History can't be changed: not by the services, not by the owner."""

from typing import TypeAlias

import asyncpg
import pytest

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TABLES = [
    "shared.outbox",
    "shared.outbox_publications",
    "ingest.uploads",
    "ingest.upload_parts",
    "ingest.raw_uploads",
    "ingest.batches",
    "ingest.batch_items",
    "execution.attempts",
    "execution.provider_calls",
    "execution.enrichment_results",
]


@pytest.mark.parametrize("table", TABLES)
async def test_even_the_owner_is_refused_a_truncate(owner: Owner, table: str) -> None:
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute(f"TRUNCATE {table} CASCADE")
