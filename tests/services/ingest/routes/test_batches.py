"""Batches over HTTP: launched from the rows of an upload, and watched."""

from uuid import UUID, uuid4

import httpx
import pytest

from shared.auth import Scope, create_key
from tests.services.ingest.conftest import Owner, Send, slug

NO_COUNTS = {"running": 0, "succeeded": 0, "no_match": 0, "failed": 0, "unknown": 0, "skipped": 0}


async def launched(client: httpx.AsyncClient, upload_id: UUID | str, **order: object) -> httpx.Response:
    return await client.post("/batches", json={"upload_id": str(upload_id), **order})


async def run(owner: Owner, batch_id: str, state: str, **columns: object) -> None:
    """Say what the executor says of a batch."""
    await owner.execute(
        """
        INSERT INTO execution.batch_runs (client_id, batch_id, state, reason, completion, seal, completed_at)
        SELECT client_id, batch_id, $2, $3, $4, $5, CASE WHEN $2 = 'completed' THEN now() END
        FROM batches WHERE batch_id = $1
        """,
        UUID(batch_id),
        state,
        columns.get("reason"),
        columns.get("completion", 0),
        columns.get("seal"),
    )


async def chunk(owner: Owner, batch_id: str, first: int, last: int, state: str, **counts: int) -> None:
    await owner.execute(
        """
        INSERT INTO execution.batch_chunks (client_id, batch_id, chunk_no, first_item, last_item, state,
                                            succeeded, no_match, failed, unknown, skipped)
        SELECT client_id, batch_id, $2, $2, $3, $4, $5, $6, $7, $8, $9 FROM batches WHERE batch_id = $1
        """,
        UUID(batch_id),
        first,
        last,
        state,
        *(counts.get(name, 0) for name in ("succeeded", "no_match", "failed", "unknown", "skipped")),
    )


async def test_a_batch_is_launched_with_an_item_for_each_row(client: httpx.AsyncClient, upload_id: UUID) -> None:
    answer = await launched(client, upload_id)
    assert answer.status_code == 202
    body = answer.json()
    assert body == {
        "batch_id": body["batch_id"],
        "upload_id": str(upload_id),
        "workflow": "default",
        "items": 3,
        "state": "launched",
    }


async def test_a_launched_batch_waits_with_all_its_items(client: httpx.AsyncClient, upload_id: UUID) -> None:
    batch_id = (await launched(client, upload_id)).json()["batch_id"]
    batch = (await client.get(f"/batches/{batch_id}")).json()
    assert batch.pop("launched_at").endswith("Z")
    assert batch == {
        "batch_id": batch_id,
        "upload_id": str(upload_id),
        "name": "leads.csv",
        "source": "apollo",
        "workflow": {
            "name": "default",
            "version": 2,
            "providers": {},
            "steps": [
                {"name": "person", "provider": "apollo-bulk-match"},
                {"name": "history", "provider": "pdl-bulk"},
            ],
        },
        "state": "launched",
        "reason": None,
        "overrides": {},
        "items": 3,
        "counts": {"pending": 3, **NO_COUNTS},
        "waiting": [],
        "budget": None,
        "completion": 0,
        "seal": None,
        "projected": None,
        "completed_at": None,
    }


async def test_counts_sum_to_the_items_at_every_moment(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    batch_id = (await launched(client, upload_id)).json()["batch_id"]

    async def shown() -> tuple[str, dict[str, int]]:
        batch = (await client.get(f"/batches/{batch_id}")).json()
        assert sum(batch["counts"].values()) == batch["items"] == 3
        return batch["state"], batch["counts"]

    await run(owner, batch_id, "running")
    assert await shown() == ("running", {"pending": 3, **NO_COUNTS})
    await chunk(owner, batch_id, 1, 1, "queued")
    await chunk(owner, batch_id, 2, 3, "running", succeeded=1)
    assert await shown() == ("running", {**NO_COUNTS, "pending": 1, "running": 1, "succeeded": 1})
    await owner.execute("UPDATE batch_chunks SET state = 'done', succeeded = 1, unknown = 1 WHERE chunk_no = 2")
    assert await shown() == ("running", {**NO_COUNTS, "pending": 1, "succeeded": 1, "unknown": 1})
    await owner.execute("UPDATE batch_chunks SET state = 'done', skipped = 1 WHERE chunk_no = 1")
    assert await shown() == ("running", {**NO_COUNTS, "pending": 0, "succeeded": 1, "unknown": 1, "skipped": 1})


async def test_a_completed_batch_shows_its_seal_and_what_is_projected(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    batch_id = (await launched(client, upload_id)).json()["batch_id"]
    await run(owner, batch_id, "completed", completion=1, seal=b"\x12" * 32)
    await chunk(owner, batch_id, 1, 3, "done", succeeded=2, no_match=1)
    await owner.execute(
        """
        WITH made AS (
            INSERT INTO projection.rules (client_id, rules, document)
            SELECT client_id, 'default-1', '{}' FROM batches WHERE batch_id = $1
        )
        INSERT INTO projection.projections (client_id, batch_id, completion, rules, sources, as_of, leads, jobs, errors)
        SELECT client_id, batch_id, 1, 'default-1', '[]', now(), 3, 7, 0 FROM batches WHERE batch_id = $1
        """,
        UUID(batch_id),
    )
    batch = (await client.get(f"/batches/{batch_id}")).json()
    assert (batch["state"], batch["completion"], batch["seal"]) == ("completed", 1, "12" * 32)
    assert batch["counts"] == {**NO_COUNTS, "pending": 0, "succeeded": 2, "no_match": 1}
    assert batch["projected"] == {"completion": 1, "leads": 3, "jobs": 7, "rules": "default-1"}
    assert batch["completed_at"] is not None


@pytest.mark.parametrize("state", ["paused", "cancelled", "failed"])
async def test_a_batch_that_does_not_go_on_says_why(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner, state: str
) -> None:
    batch_id = (await launched(client, upload_id)).json()["batch_id"]
    await run(owner, batch_id, state, reason="the provider refuses the key")
    batch = (await client.get(f"/batches/{batch_id}")).json()
    assert (batch["state"], batch["reason"]) == (state, "the provider refuses the key")


async def test_batches_are_listed_newest_first_in_pages(client: httpx.AsyncClient, upload_id: UUID) -> None:
    made = [(await launched(client, upload_id, name=f"batch {number}")).json()["batch_id"] for number in range(3)]
    first = (await client.get("/batches", params={"limit": 2})).json()
    assert [each["batch_id"] for each in first["batches"]] == made[:0:-1]
    assert [each["name"] for each in first["batches"]] == ["batch 2", "batch 1"]
    second = (await client.get("/batches", params={"limit": 2, "after": first["next"]})).json()
    assert ([each["batch_id"] for each in second["batches"]], second["next"]) == (made[:1], None)


async def test_a_named_workflow_is_taken_in_its_newest_version(client: httpx.AsyncClient, upload_id: UUID) -> None:
    named = (await launched(client, upload_id, workflow="pdl")).json()
    assert named["workflow"] == "pdl"
    batch = (await client.get(f"/batches/{named['batch_id']}")).json()
    assert batch["workflow"] == {
        "name": "pdl",
        "version": 1,
        "providers": {},
        "steps": [{"name": "history", "provider": "pdl-enrich"}],
    }


async def test_an_unknown_workflow_is_refused_with_those_there_are(client: httpx.AsyncClient, upload_id: UUID) -> None:
    answer = await launched(client, upload_id, workflow="magic")
    assert (answer.status_code, slug(answer)) == (422, "unknown-workflow")
    assert answer.json()["workflows"] == ["default", "pdl"]


async def test_a_source_without_a_default_workflow_asks_for_one(client: httpx.AsyncClient, upload: Send) -> None:
    upload_id = (await upload(b"Work Email\na@example.com\n", source="crm")).json()["upload_id"]
    answer = await launched(client, upload_id)
    assert (answer.status_code, slug(answer)) == (422, "unknown-workflow")
    assert (await launched(client, upload_id, workflow="default")).status_code == 202


async def test_a_workflow_for_other_kinds_of_csv_is_refused(client: httpx.AsyncClient, upload: Send) -> None:
    upload_id = (await upload(b"Email,Profile Headline\na@example.com,x\n", source="salesnav")).json()["upload_id"]
    answer = await launched(client, upload_id, workflow="default")
    assert (answer.status_code, slug(answer)) == (422, "workflow-misfits")


async def test_a_sample_is_the_first_rows_that_can_be_asked_about(
    client: httpx.AsyncClient, upload: Send, owner: Owner
) -> None:
    content = b"Email,First Name\n\n,Ada\na@example.com,Ann\nb@example.com,Bob\nc@example.com,Cyd\n"
    upload_id = (await upload(content)).json()["upload_id"]
    answer = await launched(client, upload_id, sample=2)
    assert (answer.status_code, answer.json()["items"]) == (202, 2)
    items = await owner.fetch("SELECT item_no, row_no FROM batch_items ORDER BY item_no")
    assert [tuple(item) for item in items] == [(1, 3), (2, 4)]
    assert (await launched(client, upload_id, sample=99)).json()["items"] == 3


async def test_blank_rows_and_repeated_headers_are_no_items_unless_chosen(
    client: httpx.AsyncClient, upload: Send, owner: Owner
) -> None:
    content = b"Email,First Name\na@example.com,Ann\n\n,\nEmail,First Name\nb@example.com,Bob,extra\n"
    upload_id = (await upload(content)).json()["upload_id"]
    assert (await launched(client, upload_id)).json()["items"] == 2
    items = await owner.fetch("SELECT item_no, row_no FROM batch_items ORDER BY item_no")
    assert [tuple(item) for item in items] == [(1, 1), (2, 5)]
    chosen = (await launched(client, upload_id, rows=[5, 2, 4, 5])).json()
    assert chosen["items"] == 3
    items = await owner.fetch(
        "SELECT item_no, row_no FROM batch_items WHERE batch_id = $1 ORDER BY item_no", UUID(chosen["batch_id"])
    )
    assert [tuple(item) for item in items] == [(1, 2), (2, 4), (3, 5)]


async def test_rows_that_the_upload_does_not_have_are_named(client: httpx.AsyncClient, upload_id: UUID) -> None:
    answer = await launched(client, upload_id, rows=[1, 4, 99])
    assert (answer.status_code, slug(answer), answer.json()["rows"]) == (422, "unknown-rows", [4, 99])


@pytest.mark.parametrize(
    "order",
    [{"sample": 0}, {"rows": []}, {"rows": [0]}, {"sample": 1, "rows": [1]}, {"name": ""}, {"budget": 0}],
)
async def test_an_order_that_makes_no_sense_is_refused(
    client: httpx.AsyncClient, upload_id: UUID, order: dict[str, object]
) -> None:
    answer = await launched(client, upload_id, **order)
    assert answer.status_code == 422
    assert slug(answer) in {"invalid-request", "unprocessable"}


@pytest.mark.parametrize(
    ("content", "missing"),
    [
        (b"Email\n", ["company_domain", "company_name", "first_name", "full_name", "last_name", "linkedin_url"]),
        (b"Email\n\n\n", ["company_domain", "company_name", "first_name", "full_name", "last_name", "linkedin_url"]),
        (
            b"Email,First Name,Company\nemail_not_unlocked@domain.com,Ada,Acme\n",
            ["company_domain", "full_name", "last_name", "linkedin_url"],
        ),
    ],
)
async def test_an_upload_without_a_row_to_ask_about_is_refused_with_what_is_missing(
    client: httpx.AsyncClient, upload: Send, owner: Owner, content: bytes, missing: list[str]
) -> None:
    upload_id = (await upload(content)).json()["upload_id"]
    answer = await launched(client, upload_id)
    assert (answer.status_code, slug(answer)) == (422, "nothing-to-ask-about")
    assert answer.json()["missing"] == missing
    assert all(column in answer.json()["detail"] for column in missing)
    assert await owner.fetchval("SELECT count(*) FROM batch_items") == 0


async def test_a_name_with_an_employer_is_enough(client: httpx.AsyncClient, upload: Send) -> None:
    upload_id = (await upload(b"Full Name,Website\nAda Lovelace,http://acme.example.com\n")).json()["upload_id"]
    assert (await launched(client, upload_id)).json()["items"] == 1


async def test_rows_that_can_not_be_asked_about_are_items_beside_one_that_can(
    client: httpx.AsyncClient, upload: Send
) -> None:
    upload_id = (await upload(b"Email,First Name\n,Ada\nb@example.com,Bob\n")).json()["upload_id"]
    assert (await launched(client, upload_id)).json()["items"] == 2


async def test_the_same_key_and_order_give_the_first_answer_and_one_batch(
    client: httpx.AsyncClient, upload_id: UUID, owner: Owner
) -> None:
    key = {"Idempotency-Key": "june"}
    order = {"upload_id": str(upload_id)}
    first = await client.post("/batches", json=order, headers=key)
    again = await client.post("/batches", json=order, headers=key)
    assert (again.status_code, again.json()) == (202, first.json())
    assert await owner.fetchval("SELECT count(*) FROM batches") == 1
    other = await client.post("/batches", json={**order, "sample": 1}, headers=key)
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")


async def test_unknown_ids_and_those_of_others_are_not_found(
    client: httpx.AsyncClient, upload_id: UUID, stranger: dict[str, str]
) -> None:
    batch_id = (await launched(client, upload_id)).json()["batch_id"]
    for answer in (
        await launched(client, uuid4()),
        await client.post("/batches", json={"upload_id": str(upload_id)}, headers=stranger),
        await client.get(f"/batches/{uuid4()}"),
        await client.get(f"/batches/{batch_id}", headers=stranger),
    ):
        assert (answer.status_code, slug(answer)) == (404, "not-found")
    assert (await client.get("/batches", headers=stranger)).json() == {"batches": [], "next": None}


async def test_launching_needs_the_scope(client: httpx.AsyncClient, upload_id: UUID, owner: Owner) -> None:
    reader = await create_key(owner, client="acme", name="reader", scopes=frozenset({Scope.READ}))
    answer = await client.post(
        "/batches", json={"upload_id": str(upload_id)}, headers={"Authorization": f"Bearer {reader}"}
    )
    assert (answer.status_code, slug(answer)) == (403, "scope-missing")
