"""Batches written as the other services write them, and the projector at work on them."""

import json
import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from services.projector.app import create_app
from services.projector.rebuild import RebuildRequest, rebuild
from services.projector.rules import Rules, load_rules
from services.projector.store.batches import Projection
from shared.bus import MemoryBus
from shared.postgres import Postgres
from shared.settings import Settings

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Payload: TypeAlias = dict[str, Any]

SAMPLES = Path(__file__).parents[2] / "data" / "providers"
COMPLETED_AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANSWERED_AT = datetime(2026, 11, 23, 11, tzinfo=UTC)
STEPS = (("person", "apollo-bulk-match"), ("history", "pdl-bulk"), ("verify", "hunter-email-verifier"))


def sample(name: str) -> Any:
    """Return a documentation sample of a provider's answer."""
    return json.loads((SAMPLES / name).read_text())


@dataclass(kw_only=True)
class Batch:
    """A batch in the database; `items` are its items' ids in order."""

    owner: Owner
    client_id: UUID
    batch_id: UUID
    items: list[UUID]
    answers: int = field(default=0)

    async def answer(
        self,
        item: int,
        step: str,
        provider: str,
        payload: object,
        *,
        attempt: int = 1,
        outcome: str = "ok",
        created_at: datetime = ANSWERED_AT,
    ) -> UUID:
        """Append a result about the item (counted from 0) with its call, and return its id."""
        self.answers += 1
        result_id, call_id = uuid.uuid4(), uuid.uuid4()
        await self.owner.execute(
            """
            INSERT INTO provider_calls (client_id, call_id, batch_id, step, provider, provider_version, method, url,
                                        request_sha256, request_body, status, headers, answer_bytes, called_at,
                                        milliseconds)
            VALUES ($1, $2, $3, $4, $5, 1, 'POST', 'https://provider.example/ask', sha256(''), '{"asked": 1}', 200,
                    '{}', 2, $6, 5)
            """,
            self.client_id,
            call_id,
            self.batch_id,
            step,
            provider,
            created_at,
        )
        await self.owner.execute(
            """
            INSERT INTO enrichment_results (client_id, result_id, batch_id, batch_item_id, step, provider,
                                            provider_version, attempt, outcome, json_payload, call_id, cost_source,
                                            created_at)
            VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $8, $9::jsonb, $10, 'none', $11)
            """,
            self.client_id,
            result_id,
            self.batch_id,
            self.items[item],
            step,
            provider,
            attempt,
            outcome,
            None if payload is None else json.dumps(payload),
            call_id,
            created_at,
        )
        return result_id

    async def complete(self, completion: int = 1, *, at: datetime = COMPLETED_AT, state: str = "completed") -> None:
        """Say that the run of the batch completed for the nth time."""
        await self.owner.execute(
            """
            INSERT INTO batch_runs (client_id, batch_id, state, completion, completed_at)
            VALUES ($1, $2, $5, $3, $4)
            ON CONFLICT (client_id, batch_id) DO UPDATE
            SET completion = excluded.completion, completed_at = excluded.completed_at, state = excluded.state
            """,
            self.client_id,
            self.batch_id,
            completion,
            at,
            state,
        )


class Launcher:
    """Writes uploads and batches of a client, as ingest does."""

    def __init__(self, owner: Owner, client_id: UUID) -> None:
        self.owner = owner
        self.client_id = client_id

    async def __call__(
        self,
        inputs: Sequence[Payload],
        *,
        source: str = "apollo",
        steps: Sequence[tuple[str, str]] = STEPS,
        header: Sequence[str] = (),
        mapping: Payload | None = None,
        cells: Sequence[Sequence[str]] = (),
    ) -> Batch:
        """Write a batch with one item for each input."""
        upload_id, batch_id = uuid.uuid4(), uuid.uuid4()
        async with self.owner.transaction():
            await self._upload(upload_id, source, header, mapping or {}, cells or [[] for _ in inputs])
            workflow = {"name": "test", "version": 1, "steps": [{"name": a, "provider": b} for a, b in steps]}
            await self.owner.execute(
                """
                INSERT INTO batches (client_id, batch_id, upload_id, name, source, workflow, items)
                VALUES ($1, $2, $3, 'test', $4, $5, $6)
                """,
                self.client_id,
                batch_id,
                upload_id,
                source,
                json.dumps(workflow),
                len(inputs),
            )
            rows = await self.owner.fetch(
                """
                INSERT INTO batch_items (client_id, batch_item_id, batch_id, item_no, upload_id, row_no, input)
                SELECT $1, uuidv7(), $2, n, $3, n, input
                FROM unnest($4::jsonb[]) WITH ORDINALITY AS item (input, n)
                RETURNING batch_item_id, item_no
                """,
                self.client_id,
                batch_id,
                upload_id,
                [json.dumps(each) for each in inputs],
            )
        items = [row["batch_item_id"] for row in sorted(rows, key=lambda row: int(row["item_no"]))]
        return Batch(owner=self.owner, client_id=self.client_id, batch_id=batch_id, items=items)

    async def _upload(
        self, upload_id: UUID, source: str, header: Sequence[str], mapping: Payload, cells: Sequence[Sequence[str]]
    ) -> None:
        await self.owner.execute(
            """
            INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping,
                                 unmapped, doubtful, notices, rows, problems)
            VALUES ($1, $2, $3, 'people.csv', sha256(''), 0, '{}', $4, $5, '[]', '[]', '[]', $6, 0)
            """,
            self.client_id,
            upload_id,
            source,
            json.dumps(list(header)),
            json.dumps(mapping),
            len(cells),
        )
        await self.owner.execute(
            """
            INSERT INTO raw_uploads (client_id, upload_id, row_no, line_no, cells)
            SELECT $1, $2, n, n + 1, cells FROM unnest($3::jsonb[]) WITH ORDINALITY AS raw (cells, n)
            """,
            self.client_id,
            upload_id,
            [json.dumps(list(each)) for each in cells],
        )


@pytest.fixture
def launch(owner: Owner, client_id: UUID) -> Launcher:
    """Write a batch of the client `acme`."""
    return Launcher(owner, client_id)


@pytest.fixture
async def projector(settings: Settings) -> AsyncIterator[Postgres]:
    """The database as the projector sees it."""
    postgres = await Postgres.connect(settings, "projector")
    yield postgres
    await postgres.close()


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules that come with the software."""
    return load_rules()


class Project:
    """Completes batches and rebuilds them."""

    def __init__(self, postgres: Postgres, rules: Rules) -> None:
        self.postgres = postgres
        self.rules = rules

    async def __call__(self, batch: Batch, completion: int = 1, *, strict: bool = False) -> Projection | None:
        """Complete the batch for the nth time and rebuild it for that."""
        await batch.complete(completion)
        return await self.again(batch, completion, strict=strict)

    async def again(self, batch: Batch, completion: int | None = None, *, strict: bool = False) -> Projection | None:
        """Rebuild the batch, for a completion or in any case."""
        request = RebuildRequest(
            client_id=batch.client_id, batch_id=batch.batch_id, completion=completion, strict=strict
        )
        return await rebuild(self.postgres, self.rules, request)


@pytest.fixture
def project(projector: Postgres, rules: Rules) -> Project:
    """Complete a batch and make its leads."""
    return Project(projector, rules)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The projector, at work on a bus of its own (`app.state.bus`)."""
    app = create_app(settings, MemoryBus())
    async with app.router.lifespan_context(app):
        yield app


def calling(app: FastAPI, key: str) -> httpx.AsyncClient:
    """Return a caller of the API with a key."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://projector", headers={"Authorization": f"Bearer {key}"}
    )


@pytest.fixture
async def api(app: FastAPI, api_key: str) -> AsyncIterator[httpx.AsyncClient]:
    """The API, called with a key of the client `acme`."""
    async with calling(app, api_key) as client:
        yield client


async def rows(owner: Owner, query: str, *arguments: object) -> list[dict[str, Any]]:
    """Return the rows of a query as dicts."""
    return [dict(row) for row in await owner.fetch(query, *arguments)]


async def leads_of(owner: Owner, batch: Batch) -> list[dict[str, Any]]:
    """Return the leads of a batch in the order of its items."""
    return await rows(owner, "SELECT * FROM final_leads WHERE batch_id = $1 ORDER BY item_no", batch.batch_id)


async def jobs_of(owner: Owner, batch: Batch, item: int = 0) -> list[dict[str, Any]]:
    """Return the work history of an item."""
    return await rows(
        owner, "SELECT * FROM person_work_history WHERE batch_item_id = $1 ORDER BY job_no", batch.items[item]
    )
