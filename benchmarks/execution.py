"""Execution beside its limit: `python -m benchmarks.execution [single|bulk] [--items N] [--runs N]`.

single: two steps an item, one call each, answers stored; the limit is a bare loop over the same transport that
sends the same requests and stores nothing. bulk: one step, 50 items a call; the limit is the bare loop again.
"""

import argparse
import asyncio
import time
from typing import Any
from uuid import UUID

import httpx
import uvloop

from benchmarks.environment import database, launch, make_client, report, sandbox, until_completed, watching
from services.executor.app import create_app
from services.executor.calls.question import Seen, Unstored, ask, http_request
from services.executor.compiled import CompiledProvider, compile_provider
from services.executor.registry import load_registry
from shared.bus import MemoryBus
from shared.settings import Settings
from shared.wire import Wire

CONCURRENCY = {"single": 30, "bulk": 5}
PROVIDER = {"single": "pdl-enrich", "bulk": "pdl-bulk"}
STEPS = {"single": ["first", "second"], "bulk": ["history"]}


def people(items: int) -> list[dict[str, Any]]:
    """Return invented people."""
    return [
        {
            "first_name": f"First{number}",
            "last_name": f"Last{number}",
            "linkedin_url": f"https://www.linkedin.com/in/invented-{number}",
            "company_domain": f"company{number}.example",
        }
        for number in range(items)
    ]


async def ours(settings: Settings, client_id: UUID, shape: str, items: int) -> float:
    """Return items per second from launch to seal, with one executor."""
    steps = [{"name": name, "provider": PROVIDER[shape]} for name in STEPS[shape]]
    workflow = {"name": "bench", "version": 1, "title": "bench", "sources": ["apollo"], "steps": steps}
    batch_id = await launch(settings, client_id, people(items), workflow)
    app = create_app(settings, MemoryBus())
    async with watching(settings) as owner:
        started = time.perf_counter()
        async with app.router.lifespan_context(app):
            await until_completed(owner, batch_id)
            return items / (time.perf_counter() - started)


async def bare(shape: str, variables: dict[str, str], items: int) -> float:
    """Return items per second of a loop that sends the same requests and keeps nothing."""
    provider = compile_provider(load_registry().providers[PROVIDER[shape]])
    size = provider.document.batch_size
    subjects = [
        Seen(subject_id=UUID(int=number), number=number, input=each, results={})
        for number, each in enumerate(people(items))
    ]
    groups = [subjects[at : at + size] for at in range(0, items, size)] * len(STEPS[shape])
    wire, places = Wire(allow_private=True), asyncio.Semaphore(CONCURRENCY[shape])
    started = time.perf_counter()
    await asyncio.gather(*(_send(wire, places, provider, group, variables) for group in groups))
    rate = items / (time.perf_counter() - started)
    await wire.close()
    return rate


async def _send(
    wire: Wire, places: asyncio.Semaphore, provider: CompiledProvider, group: list[Seen], variables: dict[str, str]
) -> None:
    async with places:
        question = ask(provider, group, variables)
        request = http_request(question, provider.document.request.headers, Unstored(secrets={"api_key": "k"}))
        await wire.send(request, deadline=30, max_bytes=10_000_000)


async def configure(settings: Settings, key: str, shape: str, variables: dict[str, str]) -> None:
    """Point the provider to the sandbox."""
    app = create_app(settings, MemoryBus())
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        headers = {"Authorization": f"Bearer {key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://bench", headers=headers) as api:
            given = {"variables": variables, "secrets": {"api_key": "k"}}
            (await api.put(f"/providers/{PROVIDER[shape]}/configuration", json=given)).raise_for_status()


async def measure(shape: str, items: int, runs: int) -> None:
    """Measure both, in turn, and print the medians."""
    with database() as settings, sandbox() as url:
        variables = {"base_url": f"{url}/pdl"}
        client_id, key = await make_client(settings)
        await configure(settings, key, shape, variables)
        rates, limits = [], []
        for _ in range(runs):
            limits.append(await bare(shape, variables, items))
            rates.append(await ours(settings, client_id, shape, items))
        report(f"execution, {shape}, {items:,} items", rates, limits, unit="items/s", limit_name="bare loop")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shape", nargs="?", choices=["single", "bulk"], default="single")
    parser.add_argument("--items", type=int)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    uvloop.run(
        measure(arguments.shape, arguments.items or {"single": 2_000, "bulk": 20_000}[arguments.shape], arguments.runs)
    )
