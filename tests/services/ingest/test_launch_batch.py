"""Launching: what an item asks about, what commits together, what can't be changed."""

import asyncio
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest

from shared.postgres import role_url
from shared.settings import Settings
from tests.services.ingest.conftest import Owner, Send


async def inputs(owner: Owner, client: httpx.AsyncClient, upload_id: UUID | str) -> list[dict[str, object]]:
    answer = await client.post("/batches", json={"upload_id": str(upload_id)})
    assert answer.status_code == 202, answer.text
    rows = await owner.fetch(
        "SELECT input FROM batch_items WHERE batch_id = $1 ORDER BY item_no", UUID(answer.json()["batch_id"])
    )
    return [orjson.loads(row["input"]) for row in rows]


async def test_an_item_holds_the_canonical_fields_cleaned_and_none_that_is_empty(
    owner: Owner, client: httpx.AsyncClient, upload_id: UUID
) -> None:
    assert await inputs(owner, client, upload_id) == [
        {
            "first_name": "Ada",
            "last_name": "Lovelace",
            "company_name": "Acme",
            "email": "ada@acme.example.com",
            "linkedin_url": "https://www.linkedin.com/in/ada-example",
            "company_website": "http://www.acme.example.com/x",
            "company_domain": "acme.example.com",
        },
        {
            "first_name": "Bob",
            "last_name": "Babbage",
            "company_name": "Globex",
            "linkedin_url": "https://www.linkedin.com/in/bob-example",
            "company_website": "globex.example.com",
            "company_domain": "globex.example.com",
        },
        {
            "first_name": "Cyd",
            "last_name": "Charisse",
            "company_name": "Initech",
            "email": "cyd@initech.example.com",
        },
    ]


async def test_a_field_comes_from_its_next_column_where_the_first_has_no_value_of_its_kind(
    owner: Owner, client: httpx.AsyncClient, upload: Send
) -> None:
    content = (
        b"Email,Email,Company Domain,Website,# Employees,Annual Revenue\n"
        b"email_not_unlocked@domain.com,Second@Example.com,,https://www.acme.example.com/about,51-200,2.5E+07\n"
        b'First@Example.com,second@example.com,given.example.com,acme.example.com,"1,250",$10M\n'
    )
    upload_id = (await upload(content)).json()["upload_id"]
    assert await inputs(owner, client, upload_id) == [
        {
            "email": "second@example.com",
            "company_domain": "acme.example.com",
            "company_website": "https://www.acme.example.com/about",
            "employees": "51-200",
            "revenue": 25_000_000,
        },
        {
            "email": "first@example.com",
            "company_domain": "given.example.com",
            "company_website": "acme.example.com",
            "employees": 1250,
            "revenue": 10_000_000,
        },
    ]


async def test_short_and_long_rows_and_cells_that_fill_pages_become_items_too(
    owner: Owner, client: httpx.AsyncClient, upload: Send
) -> None:
    keywords = ", ".join(f"keyword {number}" for number in range(5_000))
    content = f'Email,Keywords\na@example.com\nb@example.com,"{keywords}",extra,cells\n'.encode()
    upload_id = (await upload(content)).json()["upload_id"]
    assert await inputs(owner, client, upload_id) == [
        {"email": "a@example.com"},
        {"email": "b@example.com", "keywords": keywords},
    ]


async def test_items_of_many_rows_are_numbered_in_the_order_of_the_file(
    owner: Owner, client: httpx.AsyncClient, upload: Send
) -> None:
    content = b"Email\n" + b"".join(b"p%d@example.com\n" % number for number in range(1, 3001))
    upload_id = (await upload(content)).json()["upload_id"]
    assert (await client.post("/batches", json={"upload_id": upload_id})).json()["items"] == 3000
    odd = await owner.fetchval(
        """
        SELECT count(*) FROM batch_items
        WHERE item_no <> row_no OR input <> jsonb_build_object('email', 'p' || item_no || '@example.com')
        """
    )
    assert odd == 0
    ids = await owner.fetch("SELECT item_no FROM batch_items ORDER BY batch_item_id")
    assert [row["item_no"] for row in ids] == list(range(1, 3001))


async def test_the_event_commits_with_the_batch_and_carries_the_trace(
    owner: Owner, client: httpx.AsyncClient, upload_id: UUID, client_id: UUID
) -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = await client.post("/batches", json={"upload_id": str(upload_id)}, headers={"traceparent": trace})
    event = await owner.fetchrow("SELECT * FROM outbox WHERE type = 'batch.launched'")
    assert event is not None
    assert orjson.loads(event["data"]) == {
        "client_id": str(client_id),
        "batch_id": answer.json()["batch_id"],
        "upload_id": str(upload_id),
        "workflow": "default",
        "items": 3,
    }
    assert (event["source"], str(event["batch_id"])) == ("/leadledger/ingest", answer.json()["batch_id"])
    assert event["traceparent"].split("-")[1] == "0af7651916cd43dd8448eb211c80319c"


async def test_the_same_order_sent_many_times_at_once_is_one_batch(
    owner: Owner, client: httpx.AsyncClient, upload_id: UUID
) -> None:
    order = {"upload_id": str(upload_id)}
    answers = await asyncio.gather(
        *(client.post("/batches", json=order, headers={"Idempotency-Key": "one"}) for _ in range(6))
    )
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["batch_id"] for answer in answers}) == 1
    assert await owner.fetchval("SELECT count(*) FROM batches") == 1


TABLES = ["uploads", "upload_parts", "raw_uploads", "batches", "batch_items"]


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("change", ["UPDATE {} SET client_id = client_id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
async def test_what_was_received_and_launched_can_not_be_changed(
    owner: Owner, client: httpx.AsyncClient, upload_id: UUID, settings: Settings, table: str, change: str
) -> None:
    assert (await client.post("/batches", json={"upload_id": str(upload_id)})).status_code == 202
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute(change.format(f"ingest.{table}"))
    service = await asyncpg.connect(role_url(settings, "leadledger_ingest"))
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(change.format(f"ingest.{table}"))
    finally:
        await service.close()


@pytest.mark.parametrize("table", [*TABLES, "raw_apollo_uploads"])
async def test_the_services_role_sees_and_writes_one_client_alone(
    client: httpx.AsyncClient,
    upload_id: UUID,
    settings: Settings,
    client_id: UUID,
    stranger: dict[str, str],
    owner: Owner,
    table: str,
) -> None:
    assert (await client.post("/batches", json={"upload_id": str(upload_id)})).status_code == 202
    other: UUID = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    service = await asyncpg.connect(role_url(settings, "leadledger_ingest"))
    try:
        assert await service.fetchval(f"SELECT count(*) FROM {table}") == 0
        await service.execute("SELECT set_config('app.client_id', $1, false)", str(other))
        assert await service.fetchval(f"SELECT count(*) FROM {table}") == 0
        await service.execute("SELECT set_config('app.client_id', $1, false)", str(client_id))
        assert await service.fetchval(f"SELECT count(*) FROM {table}") > 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await service.execute(
                "INSERT INTO raw_uploads (client_id, upload_id, row_no, line_no, cells) VALUES ($1, $2, 9, 9, '[]')",
                other,
                upload_id,
            )
    finally:
        await service.close()
