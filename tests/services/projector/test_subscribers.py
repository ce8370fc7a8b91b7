"""A completed batch is projected, whatever becomes of the message."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

from fastapi import FastAPI

from services.projector.reconcile import project_completions
from services.projector.rules import Rules
from shared.bus import MemoryBus
from shared.bus.topology import COMPLETIONS
from shared.events import BatchCompleted, Event
from shared.postgres import Postgres
from tests.eventually import eventually
from tests.services.projector.conftest import Batch, Launcher, Owner, Project, leads_of


def completed(client_id: UUID, batch_id: UUID, completion: int = 1) -> Event:
    data = BatchCompleted(client_id=client_id, batch_id=batch_id, completion=completion, counts={}, seal="00")
    return Event(
        id=uuid4(),
        source="/leadledger/executor",
        type=BatchCompleted.type,
        time=datetime.now(UTC),
        clientid=client_id,
        batchid=batch_id,
        data=data.model_dump(mode="json"),
    )


def bus_of(app: FastAPI) -> MemoryBus:
    bus = app.state.bus
    assert isinstance(bus, MemoryBus)
    return bus


async def projected(owner: Owner, batch: Batch) -> int | None:
    found: int | None = await owner.fetchval("SELECT completion FROM projections WHERE batch_id = $1", batch.batch_id)
    return found


async def test_a_message_makes_the_leads(app: FastAPI, launch: Launcher, owner: Owner) -> None:
    batch = await launch([{"first_name": "Ada"}])
    await batch.complete(at=datetime.now(UTC))
    for _ in range(3):
        await bus_of(app).publish(completed(batch.client_id, batch.batch_id))
    await eventually(lambda: projected(owner, batch))
    assert [lead["first_name"] for lead in await leads_of(owner, batch)] == ["Ada"]


async def test_a_message_that_is_none_is_buried(app: FastAPI, launch: Launcher) -> None:
    batch = await launch([{}])
    for body in (b"", b"{}", completed(batch.client_id, uuid4()).to_json()):
        await bus_of(app).send(COMPLETIONS, body)
    await eventually(lambda: len(bus_of(app).dead_letters) == 3)


async def test_a_batch_whose_message_is_lost_is_projected_all_the_same(
    app: FastAPI, launch: Launcher, owner: Owner
) -> None:
    batch = await launch([{"first_name": "Ada"}])
    await batch.complete(2)
    await eventually(lambda: projected(owner, batch), within=15)
    assert await projected(owner, batch) == 2


async def test_reconciling_looks_for_what_is_not_readable_alone(
    launch: Launcher, owner: Owner, project: Project, projector: Postgres, rules: Rules
) -> None:
    readable, behind, running = [await launch([{}]) for _ in range(3)]
    await project(readable)
    await project(behind)
    await behind.complete(2)
    await running.complete(0, state="running")
    assert await project_completions(projector, rules, quiet_seconds=0) == 1
    assert await project_completions(projector, rules, quiet_seconds=0) == 0
    assert [await projected(owner, batch) for batch in (readable, behind, running)] == [1, 2, None]


async def test_what_completed_just_now_is_left_to_its_message(
    launch: Launcher, projector: Postgres, rules: Rules
) -> None:
    batch = await launch([{}])
    await batch.complete(at=datetime.now(UTC))
    assert await project_completions(projector, rules, quiet_seconds=60) == 0
