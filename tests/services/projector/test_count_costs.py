"""Costs of a batch: by step, by provider, per surviving value."""

import httpx

from tests.services.projector.conftest import Batch, Launcher, Project


async def charge(batch: Batch, result_id: object, amount: str, *, unit: str = "credit", source: str = "header") -> None:
    """Say what a result cost; the table is append-only, so its guard is put to sleep for this test."""
    await batch.owner.execute("ALTER TABLE execution.enrichment_results DISABLE TRIGGER ALL")
    await batch.owner.execute(
        """
        UPDATE enrichment_results SET cost_amount = $2::text::numeric, cost_unit = $3, cost_source = $4
        WHERE result_id = $1
        """,
        result_id,
        amount,
        unit,
        source,
    )


async def test_spend_is_told_by_step_by_provider_and_per_surviving_value(
    launch: Launcher, project: Project, api: httpx.AsyncClient
) -> None:
    batch = await launch([{"title": "Boss", "full_name": "A"}, {"title": "Boss", "full_name": "B"}, {}])
    for item, headline in enumerate(("VP", "Head", None)):
        told = {"name": "Ada", "title": headline} if headline else {"name": "Ada"}
        charged = await batch.answer(item, "person", "apollo-bulk-match", told)
        await charge(batch, charged, "1.5")
    missed = await batch.answer(2, "history", "pdl-bulk", {}, outcome="no_match")
    await charge(batch, missed, "0.25", unit="usd", source="estimated")
    lost = await batch.answer(1, "history", "pdl-bulk", None, outcome="unknown")
    await charge(batch, lost, "0", unit="usd", source="unknown")
    before = (await api.get(f"/batches/{batch.batch_id}/costs")).json()
    assert (before["total"], before["fields"]) == ({"credit": "4.5", "usd": "0.25"}, [])
    await project(batch)
    costs = (await api.get(f"/batches/{batch.batch_id}/costs")).json()
    assert costs["steps"] == [
        {"step": "history", "spend": {"usd": "0.25"}},
        {"step": "person", "spend": {"credit": "4.5"}},
    ]
    assert costs["providers"] == [
        {"provider": "pdl-bulk", "spend": {"usd": "0.25"}},
        {"provider": "apollo-bulk-match", "spend": {"credit": "4.5"}},
    ]
    assert costs["results"][0] == {
        "step": "history",
        "provider": "pdl-bulk",
        "unit": "usd",
        "results": 2,
        "found": 0,
        "amount": "0.25",
        "estimated": "0.25",
        "unknown": 1,
    }
    titles = next(field for field in costs["fields"] if field["field"] == "title")
    assert titles == {
        "field": "title",
        "values": 2,
        "sources": [
            {
                "step": "person",
                "provider": "apollo-bulk-match",
                "values": 2,
                "spend_per_value": {"credit": "2.2500"},
            }
        ],
    }


async def test_a_batch_that_cost_nothing_says_so(launch: Launcher, project: Project, api: httpx.AsyncClient) -> None:
    batch = await launch([{"full_name": "Ada"}])
    await project(batch)
    costs = (await api.get(f"/batches/{batch.batch_id}/costs")).json()
    assert (costs["total"], costs["results"]) == ({}, [])
    assert costs["fields"] == [
        {
            "field": "full_name",
            "values": 1,
            "sources": [{"step": None, "provider": "csv", "values": 1, "spend_per_value": {}}],
        }
    ]


async def test_an_unknown_batch_is_not_found(api: httpx.AsyncClient, launch: Launcher) -> None:
    upload_like = (await launch([{}])).items[0]
    assert (await api.get(f"/batches/{upload_like}/costs")).status_code == 404
