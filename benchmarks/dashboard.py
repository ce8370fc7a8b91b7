"""The dashboard beside the scan it replaces: `python -m benchmarks.dashboard [--leads N] [--customers N]`.

Ours: `GET /leads?worked_at_customer=true` as the API runs it, row security on: the first page, deep pages, a typical
pair of filters, each with its total. Beside it: the same question asked of the stored answers, by scanning the JSONB.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Mapping
from uuid import UUID

import asyncpg
import httpx

from benchmarks.batch_of_answers import answered_batch
from benchmarks.environment import database, make_client, watching
from services.projector.app import create_app
from shared.bus import MemoryBus

ASKED: dict[str, dict[str, str]] = {
    "worked at a customer": {"worked_at_customer": "true"},
    "worked at a customer, by country": {"worked_at_customer": "true", "country": "Country 7"},
    "past company": {"past_company": "company 77"},
    "title contains": {"title": "Head of 29"},
    "search": {"q": "last77"},
    "has email": {"has_email": "true"},
}


async def times(api: httpx.AsyncClient, parameters: Mapping[str, str], runs: int) -> tuple[list[float], int]:
    """Return the milliseconds of `runs` pages, one behind the other, and the total they told."""
    taken, after, total = [], None, 0
    for _ in range(runs):
        started = time.perf_counter()
        answer = await api.get("/leads", params={**parameters, "limit": "50", **({"after": after} if after else {})})
        taken.append((time.perf_counter() - started) * 1000)
        page = answer.raise_for_status().json()
        total, after = page["total"], page["next"]
    return taken, total


async def scan(owner: "asyncpg.Connection[asyncpg.Record]", client_id: UUID) -> tuple[float, int]:
    """Return the milliseconds and the number found by scanning the answers themselves."""
    started = time.perf_counter()
    found = await owner.fetchval(
        """
        SELECT count(*) FROM enrichment_results
        WHERE client_id = $1 AND outcome = 'ok' AND EXISTS (
            SELECT FROM jsonb_array_elements(json_payload #> '{data,experience}') AS job
            JOIN client_customers ON client_customers.client_id = $1
                 AND client_customers.domain = job #>> '{company,website}'
            WHERE NOT (job->>'is_primary')::boolean)
        """,
        client_id,
    )
    return (time.perf_counter() - started) * 1000, found


async def measure(leads: int, customers: int) -> None:
    """Project a batch, upload customers, and print the median and 95th percentile of each question."""
    with database() as settings:
        client_id, key = await make_client(settings)
        async with watching(settings) as owner:
            batch_id = await answered_batch(owner, client_id, leads)
            app = create_app(settings, MemoryBus())
            async with app.router.lifespan_context(app):
                headers = {"Authorization": f"Bearer {key}"}
                transport = httpx.ASGITransport(app)
                async with httpx.AsyncClient(
                    transport=transport, base_url="http://bench", headers=headers, timeout=3600
                ) as api:
                    listed = [
                        {"name": f"Company {n * 7}", "domain": f"company{n * 7}.example.com"} for n in range(customers)
                    ]
                    (await api.put("/customers", json={"customers": listed})).raise_for_status()
                    (await api.post(f"/batches/{batch_id}/projection")).raise_for_status()
                    await owner.execute("VACUUM ANALYZE")
                    print(f"dashboard, {leads:,} leads, {leads * 5:,} jobs, {customers:,} customers, row security on")
                    for name, parameters in ASKED.items():
                        await times(api, parameters, 3)
                        taken, total = await times(api, parameters, 40)
                        p95 = statistics.quantiles(taken, n=20)[-1]
                        print(f"  {name}: {total:,} found; median {statistics.median(taken):.1f} ms, p95 {p95:.1f} ms")
            scanned, found = await scan(owner, client_id)
            print(f"  the JSONB scan for worked at a customer: {found:,} found; {scanned:,.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=1_000)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.leads, arguments.customers))
