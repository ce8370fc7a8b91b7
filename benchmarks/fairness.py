"""A small batch beside a huge one: `python -m benchmarks.fairness [--huge N] [--small N] [--ms N]`.

The time of the small batch from launch to seal, alone, beside a huge batch of the same client, and beside one of
another client. One executor, single calls to a provider that takes its time; the aim is less than twice the time alone.
"""

import argparse
import asyncio
import time
from uuid import UUID

import asyncpg
import httpx
import uvloop

from benchmarks.environment import database, launch, make_client, sandbox, until_completed, watching
from benchmarks.execution import people
from benchmarks.executors import executors
from benchmarks.limited import WORKFLOW
from services.executor.start_run import start_run
from shared.auth import Scope, create_key
from shared.postgres import Postgres
from shared.settings import Settings

RUNS = 3


async def another_client(settings: Settings) -> tuple[UUID, str]:
    """Make a second client with a key; return both."""
    owner = await asyncpg.connect(settings.database_url)
    key = await create_key(owner, client="other", name="other", scopes=frozenset({Scope.ADMIN}))
    client_id: UUID = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'other'")
    await owner.close()
    return client_id, key


async def start(settings: Settings, client_id: UUID, batch_id: UUID) -> None:
    """Start the run, as the launch's event does."""
    postgres = await Postgres.connect(settings, "executor")
    await start_run(postgres, client_id, batch_id, chunk_items=settings.chunk_items)
    await postgres.close()


async def small_one(settings: Settings, client_id: UUID, small: int) -> float:
    """Return the median of the small batch's seconds."""
    seconds = []
    async with watching(settings) as owner:
        for _ in range(RUNS):
            started = time.perf_counter()
            batch_id = await launch(settings, client_id, people(small), WORKFLOW)
            await start(settings, client_id, batch_id)
            await until_completed(owner, batch_id)
            seconds.append(time.perf_counter() - started)
    return sorted(seconds)[RUNS // 2]


async def beside(settings: Settings, huge_of: UUID, small_of: UUID, *, huge: int, small: int) -> float:
    """Return the small batch's seconds while the huge one is at work, which is then left alone for good."""
    batch_id = await launch(settings, huge_of, people(huge), WORKFLOW)
    await start(settings, huge_of, batch_id)
    async with watching(settings) as owner:
        at_work = "SELECT true FROM batch_chunks WHERE batch_id = $1 AND state = 'done' LIMIT 1"
        while not await owner.fetchval(at_work, batch_id):  # noqa: ASYNC110 - it is in another process's hands
            await asyncio.sleep(0.02)
        seconds = await small_one(settings, small_of, small)
        unfinished = await owner.fetchval("SELECT state = 'running' FROM batch_runs WHERE batch_id = $1", batch_id)
        assert unfinished, "the huge batch was done first: take a larger one"
        await owner.execute("UPDATE batch_runs SET state = 'paused' WHERE batch_id = $1", batch_id)
    return seconds


async def measure(settings: Settings, sandbox_url: str, *, huge: int, small: int, ms: int) -> None:
    """Measure all three and print them."""
    (mine, key), (others, other_key) = await make_client(settings), await another_client(settings)
    with executors(settings, 1) as urls:
        async with httpx.AsyncClient(timeout=30) as client:
            (await client.put(f"{sandbox_url}/faults", json=[{"kind": "delay", "ms": ms}])).raise_for_status()
            for each in (key, other_key):
                given = {"variables": {"base_url": f"{sandbox_url}/pdl"}, "secrets": {"api_key": each[-8:]}}
                path, headers = f"{urls[0]}/providers/pdl-enrich/configuration", {"Authorization": f"Bearer {each}"}
                (await client.put(path, json=given, headers=headers)).raise_for_status()
        alone = await small_one(settings, mine, small)
        print(f"a batch of {small}, calls of {ms} ms, alone: {alone:.2f} s")
        for who, huge_of in (("the same client", mine), ("another client", others)):
            seconds = await beside(settings, huge_of, mine, huge=huge, small=small)
            print(f"  beside {huge:,} items of {who}: {seconds:.2f} s; ratio {seconds / alone:.2f}, aim < 2")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--huge", type=int, default=100_000)
    parser.add_argument("--small", type=int, default=50)
    parser.add_argument("--ms", type=int, default=200)
    arguments = parser.parse_args()
    with database() as made, sandbox() as url:
        uvloop.run(measure(made, url, huge=arguments.huge, small=arguments.small, ms=arguments.ms))
