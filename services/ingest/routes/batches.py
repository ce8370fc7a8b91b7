"""Batches over HTTP: launched, and watched."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.batch_schemas import (
    BatchAnswer,
    BatchOrder,
    BatchPage,
    Budget,
    Counts,
    LaunchAnswer,
    Projected,
    Waiting,
    WorkflowSnapshot,
)
from services.ingest.launch_batch import launch_batch
from services.ingest.store import batches as store
from shared.auth import Launcher, Reader, Scope, require
from shared.errors import NotFound
from shared.idempotency import IdempotencyKey
from shared.postgres import Postgres

router = APIRouter(prefix="/batches", tags=["batches"])


@router.post("", status_code=202, response_model=LaunchAnswer, summary="Launch a batch")
async def post_batch(
    request: Request, caller: Launcher, order: BatchOrder, idempotency_key: IdempotencyKey = None
) -> Response:
    """Make the items of a batch from the rows of an upload; execution begins by itself."""
    if order.overrides:
        require(caller, Scope.PROVIDERS)
    state = request.app.state
    answer = await launch_batch(state.postgres, caller.client_id, order, idempotency_key)
    state.relay.wake()
    return answer.response()


@router.get("", summary="List batches")
async def get_batches(
    request: Request, caller: Reader, after: UUID | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> BatchPage:
    """Return batches with their progress, newest first."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        rows = await store.list_batches(connection, caller.client_id, after=after, limit=limit + 1)
    batches = [_answer(dict(row)) for row in rows[:limit]]
    return BatchPage(batches=batches, next=batches[-1].batch_id if len(rows) > limit else None)


@router.get("/{batch_id}", summary="How far a batch is")
async def get_batch(request: Request, caller: Reader, batch_id: UUID) -> BatchAnswer:
    """Return one batch with its progress."""
    postgres: Postgres = request.app.state.postgres
    async with postgres.tenant(caller.client_id) as connection:
        rows = await store.list_batches(connection, caller.client_id, only=batch_id)
    if not rows:
        raise NotFound(f"There is no batch {batch_id}; GET /batches lists yours.")
    return _answer(dict(rows[0]))


def _answer(row: Mapping[str, Any]) -> BatchAnswer:
    finished = {state: row[state] for state in ("succeeded", "no_match", "failed", "unknown", "skipped")}
    return BatchAnswer(
        batch_id=row["batch_id"],
        upload_id=row["upload_id"],
        name=row["name"],
        source=row["source"],
        workflow=WorkflowSnapshot.model_validate(row["workflow"]),
        state=row["state"] or "launched",
        reason=row["reason"],
        overrides=row["overrides"],
        items=row["items"],
        counts=Counts(
            pending=row["items"] - row["running"] - sum(finished.values()), running=row["running"], **finished
        ),
        waiting=[Waiting.model_validate(each) for each in row["waiting"]],
        budget=_budget(row),
        completion=row["completion"] or 0,
        seal=row["seal"].hex() if row["seal"] else None,
        projected=_projected(row),
        launched_at=row["launched_at"],
        completed_at=row["completed_at"],
    )


def _budget(row: Mapping[str, Any]) -> Budget | None:
    if row["budget"] is None:
        return None
    return Budget(amount=row["budget"], reserved=row["reserved"] or 0, spent=row["spent"] or 0)


def _projected(row: Mapping[str, Any]) -> Projected | None:
    if row["projected_completion"] is None:
        return None
    return Projected(completion=row["projected_completion"], leads=row["leads"], jobs=row["jobs"], rules=row["rules"])
