"""An upload of customers takes the place of the list: once, and never an old one after a newer."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from fastapi import FastAPI

from services.projector.replace_customers import replace_customers
from services.projector.take_customers import take_customers, take_missed_customers
from shared.bus.topology import UPLOADS
from shared.events import Event, UploadReceived
from shared.postgres import Postgres
from tests.eventually import eventually
from tests.services.projector.conftest import Launcher, Owner, Project, leads_of
from tests.services.projector.test_subscribers import bus_of

HEADER = ["Company", "Website", "LinkedIn"]
MAPPING = {
    field: {"column": number, "header": HEADER[number]}
    for number, field in enumerate(("company_name", "company_website", "company_linkedin_url"))
}


async def upload(owner: Owner, client_id: UUID, rows: Sequence[Sequence[str]], *, number: int = 1) -> UUID:
    """Write an upload of customers as ingest does; `number` is its place among them."""
    upload_id = UUID(int=(0x0198 << 112) + number)
    await owner.execute(
        """
        INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping,
                             unmapped, doubtful, notices, rows, problems)
        VALUES ($1, $2, 'customers', 'customers.csv', sha256(''), 0, '{}', $3, $4, '[]', '[]', '[]', $5, 0)
        """,
        client_id,
        upload_id,
        json.dumps(HEADER),
        json.dumps(MAPPING),
        len(rows),
    )
    await owner.execute(
        """
        INSERT INTO raw_uploads (client_id, upload_id, row_no, line_no, cells)
        SELECT $1, $2, n, n + 1, cells FROM unnest($3::jsonb[]) WITH ORDINALITY AS raw (cells, n)
        """,
        client_id,
        upload_id,
        [json.dumps(list(row)) for row in rows],
    )
    return upload_id


async def names(owner: Owner) -> list[str]:
    return [row["name"] for row in await owner.fetch("SELECT name FROM client_customers ORDER BY customer_no")]


ROWS = [["Acme Inc", "https://www.acme.example/", ""], ["Globex", "", "linkedin.com/company/globex"], ["", "", ""]]


async def test_an_upload_takes_the_place_of_the_list_and_jobs_are_matched_anew(
    owner: Owner, client_id: UUID, projector: Postgres, launch: Launcher, project: Project
) -> None:
    batch = await launch([{}])
    job = {"organization_name": "ACME", "current": False}
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "A", "employment_history": [job]})
    await project(batch)
    upload_id = await upload(owner, client_id, ROWS)
    assert await take_customers(projector, client_id, upload_id)
    assert await names(owner) == ["Acme Inc", "Globex"]
    assert [lead["worked_at_customer"] for lead in await leads_of(owner, batch)] == [True]


async def test_it_is_taken_once_and_not_after_a_newer_one(owner: Owner, client_id: UUID, projector: Postgres) -> None:
    older = await upload(owner, client_id, [["Older", "", ""]], number=1)
    newer = await upload(owner, client_id, [["Newer", "", ""]], number=2)
    assert await take_customers(projector, client_id, newer)
    assert not await take_customers(projector, client_id, older)
    assert await names(owner) == ["Newer"]
    await replace_customers(projector, client_id, [{"name": "By hand"}])
    assert not await take_customers(projector, client_id, newer)
    assert await names(owner) == ["By hand"]


async def test_one_without_a_company_leaves_the_list_alone(owner: Owner, client_id: UUID, projector: Postgres) -> None:
    await replace_customers(projector, client_id, [{"name": "By hand"}])
    assert not await take_customers(projector, client_id, await upload(owner, client_id, [["", " ", ""]]))
    assert not await take_customers(projector, client_id, uuid4())
    assert await names(owner) == ["By hand"]


async def test_one_that_no_message_told_of_is_found(owner: Owner, client_id: UUID, projector: Postgres) -> None:
    await upload(owner, client_id, ROWS)
    assert await take_missed_customers(projector, quiet_seconds=0) == 1
    assert await take_missed_customers(projector, quiet_seconds=0) == 0
    assert await names(owner) == ["Acme Inc", "Globex"]


async def test_the_event_of_an_upload_is_heard(app: FastAPI, owner: Owner, client_id: UUID) -> None:
    upload_id = await upload(owner, client_id, ROWS)
    data = UploadReceived(client_id=client_id, upload_id=upload_id, source="customers", rows=3, problems=0, sha256="00")
    event = Event(
        id=uuid4(),
        source="/leadledger/ingest",
        type=UploadReceived.type,
        time=datetime.now(UTC),
        clientid=client_id,
        data=data.model_dump(mode="json"),
    )
    for body in (event.to_json(), event.to_json()):
        await bus_of(app).send(UPLOADS, body)

    async def is_there() -> bool:
        return await names(owner) == ["Acme Inc", "Globex"]

    await eventually(is_there)
