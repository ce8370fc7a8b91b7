"""The diff of a draft: which leads would change from what to what, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from services.projector.rules.fields import TRACED
from services.projector.store import diffs, drafts
from services.projector.store.batches import Projection
from shared.errors import NotFound
from shared.postgres import Connection

_WORK_HISTORY = "the work history"
_WORKED_OUT = "it is worked out from other values"


@dataclass(frozen=True, kw_only=True, slots=True)
class DiffQuery:
    """Which part of the diff: of one field alone, behind an item number, so many leads."""

    field: str | None
    after: int
    limit: int


async def diff_draft(connection: Connection, client_id: UUID, batch_id: UUID, query: DiffQuery) -> dict[str, object]:
    """Return what promoting the draft would change; raises NotFound without a draft.

    The summary counts the whole batch and comes with the first page alone.
    """
    live = await drafts.projection_in(connection, client_id, batch_id, "projection")
    draft = await drafts.projection_in(connection, client_id, batch_id, "projection_draft")
    if live is None or draft is None:
        raise NotFound("This batch has no draft; POST /batches/{id}/projection with draft: true makes one.")
    rows = await diffs.changed_leads(
        connection, client_id, batch_id, field=query.field, after=query.after, limit=query.limit + 1
    )
    page = rows[: query.limit]
    jobs = await diffs.jobs_of_both(connection, client_id, [row["batch_item_id"] for row in page])
    return {
        "batch_id": batch_id,
        "live": _named(live),
        "draft": _named(draft),
        "summary": None if query.after else await _summary(connection, client_id, batch_id),
        "leads": [_lead(row, jobs.get(row["batch_item_id"]), live, draft) for row in page],
        "next": page[-1]["item_no"] if len(rows) > query.limit else None,
    }


async def _summary(connection: Connection, client_id: UUID, batch_id: UUID) -> dict[str, object]:
    leads, fields = await diffs.changed_fields(connection, client_id, batch_id)
    added, removed = await diffs.changed_jobs(connection, client_id, batch_id)
    return {"leads_changed": leads, "fields": fields, "jobs_added": added, "jobs_removed": removed}


def _named(projection: Projection) -> dict[str, object]:
    return {"rules": projection.rules, "as_of": projection.as_of, "completion": projection.completion}


def _lead(
    row: asyncpg.Record, jobs: Mapping[str, Sequence[object]] | None, live: Projection, draft: Projection
) -> dict[str, object]:
    changed = [field for field, value in row["draft"].items() if value != row["live"].get(field)]
    return {
        "batch_item_id": row["batch_item_id"],
        "item_no": row["item_no"],
        "full_name": row["full_name"],
        "fields": {
            field: {
                "from": row["live"][field],
                "to": row["draft"][field],
                "reason": _reason(
                    field, _origin(field, row["live_origins"], live), _origin(field, row["draft_origins"], draft)
                ),
            }
            for field in changed
        },
        "work_history": jobs or {"added": [], "removed": []},
    }


def _origin(field: str, origins: Sequence[int], projection: Projection) -> str | None:
    """Return who told the value, None if nobody did; `_WORKED_OUT` for what is made of other values."""
    if field not in TRACED:
        return _WORKED_OUT
    number = origins[TRACED.index(field)]
    if number < 0:
        return None
    if number >= len(projection.sources):
        return _WORK_HISTORY
    source: Mapping[str, Any] = projection.sources[number]
    return f"{source['provider']} (step {source['step']})" if source["step"] else "the CSV row"


def _reason(field: str, before: str | None, now: str | None) -> str:
    if _WORKED_OUT in (before, now):
        return _WORKED_OUT
    if now is None:
        return f"nobody is believed any more; before, {before} was"
    if before is None:
        return f"{now} tells it; before, nobody was believed"
    if before == now:
        return f"{now} tells it as before; it is read differently"
    what = "the address" if field == "email" else "it"
    return f"{now} is believed about {what} now, before {before}"
