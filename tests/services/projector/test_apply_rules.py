"""Promoted rules are applied to every batch, in the background."""

import httpx

from services.projector.apply_rules import apply_promoted_rules
from services.projector.rules import Rules
from shared.postgres import Postgres
from tests.eventually import eventually
from tests.services.projector.conftest import Batch, Launcher, Owner, Project, leads_of

PERSON = {"first_name": "Ada", "title": "Countess"}
CSV_FIRST = {"policy": {"fields": {"title": ["csv"]}}}


async def told(launch: Launcher, project: Project) -> Batch:
    batch = await launch([PERSON])
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada", "title": "VP"})
    await project(batch)
    return batch


async def test_every_batch_is_read_by_promoted_rules_the_newest_first_and_each_is_told(
    api: httpx.AsyncClient, launch: Launcher, project: Project, owner: Owner
) -> None:
    batches = [await told(launch, project) for _ in range(3)]
    made = (await api.put("/rules", json=CSV_FIRST)).json()
    assert [(await leads_of(owner, each))[0]["title"] for each in batches] == ["VP", "VP", "VP"]
    await api.post("/rules/v1/promote")

    async def applied() -> bool:
        return bool(await owner.fetchval("SELECT count(*) = 3 FROM projections WHERE rules = $1", made["rules"]))

    await eventually(applied, within=20)
    assert [(await leads_of(owner, each))[0]["title"] for each in batches] == ["Countess"] * 3
    events = await owner.fetch(
        "SELECT data ->> 'waiting' AS waiting FROM outbox WHERE type = 'rules.applied' ORDER BY event_id"
    )
    assert [event["waiting"] for event in events] == ["2", "1", "0"]
    again = await owner.fetch(
        "SELECT batch_id FROM outbox WHERE type = 'batch.projected' ORDER BY event_id DESC LIMIT 3"
    )
    assert [row["batch_id"] for row in again] == sorted(row["batch_id"] for row in again)


async def test_what_was_put_in_place_by_hand_since_stays(
    api: httpx.AsyncClient, launch: Launcher, project: Project, owner: Owner, projector: Postgres, rules: Rules
) -> None:
    batch = await told(launch, project)
    await api.put("/rules", json=CSV_FIRST)
    await api.post(f"/batches/{batch.batch_id}/projection", json={"rules": "v1"})
    assert await apply_promoted_rules(projector, rules) == 0
    assert (await leads_of(owner, batch))[0]["title"] == "Countess"


async def test_a_batch_at_work_is_left_to_its_completion(
    api: httpx.AsyncClient, launch: Launcher, project: Project, projector: Postgres, rules: Rules
) -> None:
    batch = await told(launch, project)
    await batch.complete(1, state="running")
    await api.put("/rules", json=CSV_FIRST)
    await api.post("/rules/v1/promote")
    assert await apply_promoted_rules(projector, rules) == 0
