"""Events over HTTP, as Server-Sent Events."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from services.ingest.event_feed import EventFeed, Wanted
from services.ingest.event_types import check_types
from services.ingest.follow_events import follow_events, position_now
from services.ingest.store.batches import batch_exists
from shared.auth import Reader
from shared.errors import NotFound
from shared.postgres import Postgres

router = APIRouter(prefix="/events", tags=["events"])

_HEARTBEAT_SECONDS = 15
_GRACE_SECONDS = 2


class EventQuery(BaseModel):
    """Which events to send, and from where on."""

    after: int | None = Field(None, ge=0, description="Replay from behind this position; Last-Event-ID goes before it")
    batch_id: UUID | None = Field(None, description="Only events of this batch")
    types: list[str] = Field([], description="Only these types; repeat it, or part them by commas")


@router.get(
    "",
    summary="Follow events",
    response_class=EventSourceResponse,
    responses={200: {"content": {"text/event-stream": {"example": "id: 7\nevent: batch.completed\ndata: {...}\n\n"}}}},
)
async def get_events(
    request: Request,
    caller: Reader,
    query: Annotated[EventQuery, Query()],
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> EventSourceResponse:
    """Send events as they are published; `id` is the position, `data` the CloudEvent.

    With `Last-Event-ID` (what a browser sends when it connects again) or `after`, what was published behind that
    position comes first: nothing is left out, nothing comes twice. Without, it begins with the next event.
    """
    postgres: Postgres = request.app.state.postgres
    wanted = Wanted(client_id=caller.client_id, batch_id=query.batch_id, types=_types(query.types))
    if query.batch_id is not None:
        await _check_batch(postgres, caller.client_id, query.batch_id)
    after = last_event_id if last_event_id is not None else query.after
    if after is None:
        after = await position_now(postgres)
    feed: EventFeed = request.app.state.feed
    return EventSourceResponse(
        _messages(postgres, feed, wanted, after),
        ping=_HEARTBEAT_SECONDS,
        sep="\n",
        shutdown_event=feed.server_stops,
        shutdown_grace_period=_GRACE_SECONDS,
    )


def _types(given: list[str]) -> frozenset[str]:
    types = frozenset(filter(None, ",".join(given).split(",")))
    check_types(types)
    return types


async def _check_batch(postgres: Postgres, client_id: UUID, batch_id: UUID) -> None:
    async with postgres.tenant(client_id) as connection:
        if not await batch_exists(connection, client_id, batch_id):
            raise NotFound(f"There is no batch {batch_id}; GET /batches lists yours.")


async def _messages(postgres: Postgres, feed: EventFeed, wanted: Wanted, after: int) -> AsyncIterator[ServerSentEvent]:
    async for published in follow_events(postgres, feed, wanted, after=after):
        yield ServerSentEvent(id=str(published.position), event=published.event.type, data=published.json, sep="\n")
