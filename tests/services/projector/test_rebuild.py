"""A batch becomes leads: when, how often, and all at once."""

from typing import Any

import asyncpg
import pytest

from services.projector.rebuild import Unreadable
from services.projector.rules import Rules
from shared.errors import Conflict, NotFound
from tests.services.projector.conftest import (
    COMPLETED_AT,
    Batch,
    Launcher,
    Owner,
    Project,
    leads_of,
    rows,
)


async def test_a_row_that_nobody_answered_about_is_a_lead_all_the_same(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{"full_name": "Ada Lovelace"}, {}])
    await batch.answer(1, "person", "apollo-bulk-match", None, outcome="no_match")
    projection = await project(batch)
    assert projection is not None
    assert (projection.leads, projection.jobs, projection.errors) == (2, 0, 0)
    leads = await leads_of(owner, batch)
    assert [(lead["full_name"], lead["email_verdict"], lead["worked_at_customer"]) for lead in leads] == [
        ("Ada Lovelace", "none", False),
        (None, "none", False),
    ]


async def test_a_strict_rebuild_stops_at_what_it_can_t_read(launch: Launcher, project: Project, owner: Owner) -> None:
    batch = await launch([{"employees": "many"}])
    await batch.complete()
    with pytest.raises(Unreadable, match="1 values can't be read"):
        await project.again(batch, strict=True)
    assert await leads_of(owner, batch) == []


async def test_a_rebuild_tells_of_itself_in_the_same_transaction(
    launch: Launcher, project: Project, owner: Owner, rules: Rules
) -> None:
    batch = await launch([{}, {}])
    await project(batch)
    (event,) = await rows(owner, "SELECT type, source, data::text FROM outbox WHERE batch_id = $1", batch.batch_id)
    assert (event["type"], event["source"]) == ("batch.projected", "/leadledger/projector")
    (projection,) = await rows(owner, "SELECT * FROM projections WHERE batch_id = $1", batch.batch_id)
    shown = ("completion", "rules", "leads", "jobs", "errors", "as_of")
    assert {name: projection[name] for name in shown} == {
        "completion": 1,
        "rules": rules.version,
        "leads": 2,
        "jobs": 0,
        "errors": 0,
        "as_of": COMPLETED_AT,
    }


async def test_a_completion_is_projected_once_and_an_older_one_never(
    launch: Launcher, project: Project, owner: Owner
) -> None:
    batch = await launch([{}])
    await batch.complete(2)
    assert await project.again(batch, 2) is not None
    assert await project.again(batch, 2) is None
    assert await project.again(batch, 1) is None
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE batch_id = $1", batch.batch_id) == 1


async def test_by_hand_a_batch_is_rebuilt_unless_it_is_at_work(launch: Launcher, project: Project) -> None:
    batch = await launch([{}])
    with pytest.raises(Conflict, match="at work"):
        await project.again(batch)
    await batch.complete(0, state="paused")
    assert await project.again(batch) is not None
    assert await project.again(batch) is not None


async def test_a_batch_of_nobody_is_not_found(launch: Launcher, project: Project) -> None:
    batch = await launch([{}])
    stranger = Batch(owner=batch.owner, client_id=batch.client_id, batch_id=batch.client_id, items=[])
    with pytest.raises(NotFound):
        await project.again(stranger)


async def test_readers_see_all_of_the_old_leads_until_the_new_ones_are_there(
    launch: Launcher, project: Project, owner: Owner, settings: Any
) -> None:
    batch = await launch([{"first_name": "Ada"}])
    await project(batch)
    reader = await asyncpg.connect(settings.database_url)
    try:
        async with reader.transaction(isolation="repeatable_read"):
            before = await leads_of(reader, batch)
            await batch.answer(0, "person", "apollo-bulk-match", {"name": "Ada B", "title": "VP"})
            await project(batch, 2)
            assert await leads_of(reader, batch) == before
        assert (await leads_of(owner, batch))[0]["title"] == "VP"
    finally:
        await reader.close()
