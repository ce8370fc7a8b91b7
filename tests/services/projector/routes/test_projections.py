"""Projections over HTTP."""

import httpx

from services.projector.rules import Rules
from tests.services.projector.conftest import Launcher, Owner, Project


async def test_a_batch_is_rebuilt_by_hand_once_for_each_key(
    api: httpx.AsyncClient, launch: Launcher, project: Project, owner: Owner, rules: Rules
) -> None:
    batch = await launch([{"first_name": "Ada"}])
    await project(batch)
    path, key = f"/batches/{batch.batch_id}/projection", {"Idempotency-Key": "again"}
    first, second = [await api.post(path, headers=key) for _ in range(2)]
    assert (
        first.json()
        == second.json()
        == {
            "batch_id": str(batch.batch_id),
            "completion": 1,
            "leads": 1,
            "jobs": 0,
            "errors": 0,
            "rules": rules.version,
            "as_of": "2026-11-23T12:00:00+00:00",
            "draft": False,
        }
    )
    assert second.headers["Idempotent-Replayed"] == "true"
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE batch_id = $1", batch.batch_id) == 2


async def test_by_hand_it_is_strict_unless_told_otherwise(
    api: httpx.AsyncClient, launch: Launcher, project: Project
) -> None:
    batch = await launch([{"founded_year": "long ago"}])
    await project(batch)
    path = f"/batches/{batch.batch_id}/projection"
    refused = await api.post(path)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:leadledger:problem:unreadable-answers")
    assert [error["json_path"] for error in refused.json()["errors"]] == ["$.founded_year"]
    assert (await api.post(path, json={"strict": False})).json()["errors"] == 1


async def test_what_could_not_be_read_is_shown(api: httpx.AsyncClient, launch: Launcher, project: Project) -> None:
    batch = await launch([{"founded_year": "long ago"}])
    await project(batch)
    shown = (await api.get(f"/batches/{batch.batch_id}/projection")).json()
    assert (shown["errors"], shown["leads"], shown["sources"]) == (
        1,
        1,
        [{"source_no": 0, "step": None, "provider": "csv", "reading": "csv", "per_company": False}],
    )
    assert shown["unreadable"] == [
        {
            "batch_item_id": str(batch.items[0]),
            "provider": "csv",
            "result_id": None,
            "json_path": "$.founded_year",
            "problem": "What stands there can't be read as what it should be; the lead has no value from it.",
        }
    ]


async def test_a_batch_at_work_can_t_be_rebuilt_and_one_not_projected_not_shown(
    api: httpx.AsyncClient, launch: Launcher
) -> None:
    batch = await launch([{}])
    assert (await api.post(f"/batches/{batch.batch_id}/projection")).status_code == 409
    assert (await api.get(f"/batches/{batch.batch_id}/projection")).status_code == 404
