"""A limited provider: `python -m benchmarks.limited [--windows N] [--limit N]`.

The sandbox enforces so many calls a minute and counts what exceeds them; three executors in processes of their own
share the limit. Printed: how much of it they used from the first window to the last, and how often they exceeded it.
"""

import argparse
import asyncio
from typing import Any

import httpx

from benchmarks.environment import database, launch, make_client, sandbox, until_completed, watching
from benchmarks.execution import people
from benchmarks.executors import executors
from shared.settings import Settings

WINDOW_SECONDS = 60.0
WORKFLOW = {
    "name": "bench",
    "version": 1,
    "title": "bench",
    "sources": ["apollo"],
    "steps": [{"name": "person", "provider": "pdl-enrich"}],
}


async def measure(settings: Settings, sandbox_url: str, *, limit: int, windows: int, processes: int) -> None:
    """Fill so many windows and begin another; print what the sandbox's ledger says."""
    client_id, key = await make_client(settings)
    with executors(settings, processes, chunks_ahead=str(processes), chunk_items="50") as urls:
        async with httpx.AsyncClient(timeout=30) as client:
            rule = {"kind": "rate_limit", "provider": "pdl", "limit": limit, "window_s": WINDOW_SECONDS}
            (await client.put(f"{sandbox_url}/faults", json=[rule])).raise_for_status()
            given: dict[str, Any] = {
                "variables": {"base_url": f"{sandbox_url}/pdl"},
                "secrets": {"api_key": "k"},
                "limits": {"windows": [{"calls": limit, "seconds": WINDOW_SECONDS}]},
            }
            headers = {"Authorization": f"Bearer {key}"}
            path = f"{urls[0]}/providers/pdl-enrich/configuration"
            (await client.put(path, json=given, headers=headers)).raise_for_status()
            batch_id = await launch(settings, client_id, people(limit * windows + limit // 10), WORKFLOW)
            async with watching(settings) as owner:
                await until_completed(owner, batch_id)
            await _report(client, sandbox_url, limit=limit, processes=processes)


async def _report(client: httpx.AsyncClient, sandbox_url: str, *, limit: int, processes: int) -> None:
    calls = (await client.get(f"{sandbox_url}/ledger", params={"limit": 10_000})).json()["calls"]
    times = sorted(call["received_at"] for call in calls)
    opened = [times[0]]
    for time in times:
        if time - opened[-1] >= WINDOW_SECONDS:
            opened.append(time)
    between = sum(time < opened[-1] for time in times)
    used = between / (limit * (opened[-1] - opened[0]) / WINDOW_SECONDS)
    violations = (await client.get(f"{sandbox_url}/ledger/summary")).json()["rate_violations"]
    print(f"limited to {limit} calls in {WINDOW_SECONDS:g} s, {processes} executors: {len(times):,} calls")
    print(f"  used {used:.1%} of the limit over {opened[-1] - opened[0]:.1f} s; {violations} calls exceeded it")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=600)
    parser.add_argument("--windows", type=int, default=2)
    parser.add_argument("--executors", type=int, default=3)
    arguments = parser.parse_args()
    with database() as made, sandbox() as url:
        asyncio.run(measure(made, url, limit=arguments.limit, windows=arguments.windows, processes=arguments.executors))
