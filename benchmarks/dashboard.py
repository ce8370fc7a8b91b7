"""The dashboard beside the scan it replaces: `python -m benchmarks.dashboard [--leads N] [--customers N]`.

Ours, as the API runs it, row security on: for every filter and for typical pairs pages one behind the other, without
a total; the total; the facets. Beside it: former employees of customers asked of the stored answers, by scanning the
JSONB. A million leads take some 10 GB of disk while it runs, and five minutes to make.
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
    "no filter": {},
    "worked_at_customer": {"worked_at_customer": "true"},
    "past_company": {"past_company": "company 77"},
    "past_company_domain": {"past_company_domain": "company77.example.com"},
    "past_title, of one job in 300": {"past_title": "role 290"},
    "past_title, of one job in 27": {"past_title": "role 29"},
    "current_company": {"current_company": "company 77"},
    "title": {"title": "Head of 29"},
    "seniority": {"seniority": "vp"},
    "industry": {"industry": "industry 7"},
    "size": {"size": "201-500"},
    "country": {"country": "Country 7"},
    "state": {"state": "State 7"},
    "city": {"city": "City 7"},
    "email_verdict": {"email_verdict": "valid"},
    "has_email": {"has_email": "true"},
    "source": {"source": "apollo"},
    "q": {"q": "last77"},
    "per_person": {"per_person": "latest"},
    "worked_at_customer, country": {"worked_at_customer": "true", "country": "Country 7"},
    "worked_at_customer, email_verdict": {"worked_at_customer": "true", "email_verdict": "valid"},
    "worked_at_customer, has_email, seniority": {"worked_at_customer": "true", "has_email": "true", "seniority": "vp"},
    "title, country": {"title": "head of 29", "country": "Country 7"},
    "past_title, worked_at_customer": {"past_title": "role 29", "worked_at_customer": "true"},
}
_BATCH = 250_000
_RUNS = 20


async def pages(api: httpx.AsyncClient, asked: Mapping[str, str]) -> list[float]:
    """Return the milliseconds of pages without a total, one behind the other, from the first again after the last."""
    taken, after = [], None
    for _ in range(_RUNS):
        own = {"limit": "50", "total": "false", **({"after": after} if after else {})}
        milliseconds, page = await timed(api, "/leads", {**asked, **own})
        taken.append(milliseconds)
        after = page["next"]
    return taken


async def timed(api: httpx.AsyncClient, path: str, asked: Mapping[str, str]) -> tuple[float, dict[str, str]]:
    """Return the milliseconds of one answer, and the answer."""
    started = time.perf_counter()
    answer = await api.get(path, params=asked)
    milliseconds = (time.perf_counter() - started) * 1000
    return milliseconds, answer.raise_for_status().json()


async def show(api: httpx.AsyncClient, name: str, asked: Mapping[str, str]) -> None:
    """Print what pages, total and facets of a question take."""
    await pages(api, asked)
    of_page = p95(await pages(api, asked))
    totals = [await timed(api, "/leads", {**asked, "limit": "1"}) for _ in range(_RUNS)]
    facets = [(await timed(api, "/facets", asked))[0] for _ in range(5)]
    of_total, found = p95([taken for taken, _ in totals]), int(totals[0][1]["total"])
    print(f"  {name}: {found:,} found; p95 page {of_page:.0f}, total {of_total:.0f}; facets {max(facets):.0f} ms")


def p95(milliseconds: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(milliseconds, n=20)[-1]


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


async def fill(
    owner: "asyncpg.Connection[asyncpg.Record]", api: httpx.AsyncClient, client_id: UUID, *, leads: int, customers: int
) -> None:
    """Project batches with so many leads in all, and upload the customers."""
    for first in range(0, leads, _BATCH):
        batch_id = await answered_batch(owner, client_id, min(_BATCH, leads - first))
        (await api.post(f"/batches/{batch_id}/projection")).raise_for_status()
    listed = [{"name": f"Company {n * 7}", "domain": f"company{n * 7}.example.com"} for n in range(customers)]
    (await api.put("/customers", json={"customers": listed})).raise_for_status()
    await owner.execute("VACUUM ANALYZE")


async def measure(leads: int, customers: int) -> None:
    """Fill a database and print what each question takes."""
    with database() as settings:
        client_id, key = await make_client(settings)
        app = create_app(settings, MemoryBus())
        async with watching(settings) as owner, app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            headers = {"Authorization": f"Bearer {key}"}
            async with httpx.AsyncClient(
                transport=transport, base_url="http://bench", headers=headers, timeout=3600
            ) as api:
                await fill(owner, api, client_id, leads=leads, customers=customers)
                print(f"dashboard, {leads:,} leads, {leads * 5:,} jobs, {customers:,} customers, row security on")
                for name, asked in ASKED.items():
                    await show(api, name, asked)
            scanned, found = await scan(owner, client_id)
            print(f"  the JSONB scan for worked_at_customer: {found:,} found; {scanned:,.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=1_000)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.leads, arguments.customers))
