"""What tests of answers that come later share: a server in the test's own loop, and what is known of the waits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import uvicorn
from fastapi import FastAPI

from tests.eventually import eventually

KEY = "good"


@asynccontextmanager
async def served(app: FastAPI, url: str) -> AsyncIterator[None]:
    config = uvicorn.Config(app, port=int(url.rpartition(":")[2]), lifespan="off", log_level="warning")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: _is(server.started))
    yield
    server.should_exit = True
    await serving


async def _is(value: bool) -> bool:
    return value


async def outcomes(owner: "asyncpg.Connection[asyncpg.Record]", batch_id: UUID) -> list[list[str]]:
    """Return the outcomes of each item's attempts, in their order."""
    rows = await owner.fetch(
        """
        SELECT array_agg(outcome ORDER BY attempt) AS outcomes
        FROM enrichment_results JOIN batch_items USING (client_id, batch_item_id)
        WHERE batch_items.batch_id = $1 GROUP BY item_no ORDER BY item_no
        """,
        batch_id,
    )
    return [row["outcomes"] for row in rows]


async def posts(sandbox: httpx.AsyncClient, provider: str) -> int:
    calls = (await sandbox.get("/ledger", params={"provider": provider, "limit": 10_000})).json()["calls"]
    return sum(call["method"] == "POST" for call in calls)


async def charged_twice(sandbox: httpx.AsyncClient) -> Any:
    return (await sandbox.get("/ledger/summary")).json()["charged_more_than_once"]


async def waits(owner: "asyncpg.Connection[asyncpg.Record]", batch_id: UUID, kind: str) -> int:
    """Count what was told to the waits of a batch."""
    return int(
        await owner.fetchval(
            "SELECT count(*) FROM wait_calls JOIN waits USING (client_id, wait_id) WHERE batch_id = $1 AND kind = $2",
            batch_id,
            kind,
        )
    )


async def until_told(owner: "asyncpg.Connection[asyncpg.Record]", batch_id: UUID, kind: str) -> None:
    async def told() -> bool:
        return await waits(owner, batch_id, kind) > 0

    await eventually(told)
