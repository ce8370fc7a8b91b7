"""Who and what a chunk asks about: its items, and the companies of its items."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.executor.store.chunks import Chunk
from services.executor.store.companies import companies_of
from services.executor.store.results import history_of, items_of
from services.executor.subject import Subject
from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkSubjects:
    """The items in their order; the companies this chunk asks about, and those that another chunk does."""

    items: Sequence[Subject]
    own_companies: Sequence[Subject]
    other_companies: Sequence[Subject]


async def load_subjects(connection: Connection, chunk: Chunk, *, with_companies: bool) -> ChunkSubjects:
    """Return the chunk's subjects with what was tried and said of them."""
    items = [
        Subject(subject_id=row["batch_item_id"], per="item", number=row["item_no"], input=row["input"])
        for row in await items_of(connection, chunk)
    ]
    rows = await companies_of(connection, chunk) if with_companies else []
    companies = {
        row["company_id"]: Subject(
            subject_id=row["company_id"], per="company", number=row["company_no"], input=row["input"]
        )
        for row in rows
    }
    of_item = {row["batch_item_id"]: companies[row["company_id"]] for row in rows}
    for item in items:
        item.company = of_item.get(item.subject_id)
    ours = {row["company_id"] for row in rows if row["ours"]}
    await take_history(connection, chunk.order.client_id, [*items, *companies.values()])
    return ChunkSubjects(
        items=items,
        own_companies=[company for key, company in companies.items() if key in ours],
        other_companies=[company for key, company in companies.items() if key not in ours],
    )


async def take_history(connection: Connection, client_id: UUID, subjects: Sequence[Subject]) -> None:
    """Let the subjects know what was tried and said of them until now."""
    found = defaultdict[UUID, list[asyncpg.Record]](list)
    for row in await history_of(connection, client_id, [each.subject_id for each in subjects]):
        found[row["subject_id"]].append(row)
    for subject in subjects:
        subject.take(found[subject.subject_id])
