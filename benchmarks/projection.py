"""Projection beside its limit: `python -m benchmarks.projection [--leads N] [--runs N]`.

Ours: a projection of a completed batch of five jobs a lead, through row security, with choice, merging, matching and
receipts, all rows written; beside it a rebuild that finds every row as it should be. The limit: the plainest SQL
written by hand that puts the same fields of the same answers into tables with the same indexes, as the owner.
"""

import argparse
import asyncio
import statistics
import time
from uuid import UUID

import asyncpg

from benchmarks.batch_of_answers import answered_batch
from benchmarks.environment import database, make_client, report, watching
from services.projector.rebuild import RebuildRequest, rebuild
from services.projector.rules import load_rules
from shared.postgres import Postgres


async def ours(postgres: Postgres, client_id: UUID, batch_id: UUID, leads: int) -> float:
    """Return leads per second of one rebuild."""
    started = time.perf_counter()
    projection = await rebuild(postgres, load_rules(), RebuildRequest(client_id=client_id, batch_id=batch_id))
    seconds = time.perf_counter() - started
    assert projection is not None
    assert (projection.leads, projection.jobs, projection.errors) == (leads, leads * 5, 0)
    return leads / seconds


async def by_hand(owner: "asyncpg.Connection[asyncpg.Record]", client_id: UUID, batch_id: UUID, leads: int) -> float:
    """Return leads per second of the hand-written statements."""
    for table in ("final_leads", "person_work_history"):
        await owner.execute(f"CREATE TABLE public.{table} (LIKE projection.{table} INCLUDING INDEXES)")
    started = time.perf_counter()
    async with owner.transaction():
        await owner.execute(
            """
            INSERT INTO public.final_leads (client_id, batch_item_id, batch_id, item_no, source, first_name, last_name,
                full_name, email, email_verdict, title, company_name, company_key, company_domain, country, industry,
                worked_at_customer, rules, full_name_key, last_name_key, origins, result_ids)
            SELECT client_id, batch_item_id, batch_id, item_no, 'apollo', input->>'first_name', input->>'last_name',
                   json_payload #>> '{data,full_name}', input->>'email', 'valid', input->>'title',
                   input->>'company_name', input->>'company_domain', input->>'company_domain', input->>'country',
                   json_payload #>> '{data,industry}', false, 'hand', lower(json_payload #>> '{data,full_name}'),
                   lower(input->>'last_name'), '{}', ARRAY[result_id]
            FROM batch_items JOIN enrichment_results USING (client_id, batch_id, batch_item_id)
            WHERE client_id = $1 AND batch_id = $2 AND outcome = 'ok'
            """,
            client_id,
            batch_id,
        )
        await owner.execute(
            """
            INSERT INTO public.person_work_history (client_id, batch_item_id, job_no, batch_id, company_name,
                company_key, company_domain, domain_is_inferred, title, start_date, start_precision, end_date,
                end_precision,
                is_current, result_id, json_path)
            SELECT client_id, batch_item_id, job_no, batch_id, job.company->>'name', job.company->>'website',
                   job.company->>'website', false, job.title->>'name', (job.start_date || '-01')::date, 'month',
                   (job.end_date || '-01')::date, 'month', job.is_primary, result_id, '$.data.experience[*]'
            FROM enrichment_results CROSS JOIN LATERAL ROWS FROM (
                jsonb_to_recordset(json_payload #> '{data,experience}')
                AS (company jsonb, title jsonb, start_date text, end_date text, is_primary boolean)
            ) WITH ORDINALITY AS job (company, title, start_date, end_date, is_primary, job_no)
            WHERE client_id = $1 AND batch_id = $2 AND outcome = 'ok'
            """,
            client_id,
            batch_id,
        )
    seconds = time.perf_counter() - started
    for table in ("final_leads", "person_work_history"):
        await owner.execute(f"DROP TABLE public.{table}")
    return leads / seconds


async def measure(leads: int, runs: int) -> None:
    """Measure both, in turn, and print the medians; the first rebuild also learns the company names."""
    with database() as settings:
        client_id, _ = await make_client(settings)
        postgres = await Postgres.connect(settings, "projector")
        async with watching(settings) as owner:
            batch_id = await answered_batch(owner, client_id, leads)
            first = await ours(postgres, client_id, batch_id, leads)
            rates, limits, unchanged = [], [], []
            for _ in range(runs):
                limits.append(await by_hand(owner, client_id, batch_id, leads))
                unchanged.append(await ours(postgres, client_id, batch_id, leads))
                await owner.execute("CALL projection.clear_projection('projection', $1, $2)", client_id, batch_id)
                rates.append(await ours(postgres, client_id, batch_id, leads))
        await postgres.close()
        report(f"projection, {leads:,} leads of 5 jobs", rates, limits, unit="leads/s", limit_name="SQL by hand")
        print(f"  a rebuild that changes nothing: {statistics.median(unchanged):,.0f} leads/s")
        print(f"  the first rebuild, with 20,000 new company names: {first:,.0f} leads/s")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leads", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    asyncio.run(measure(arguments.leads, arguments.runs))
