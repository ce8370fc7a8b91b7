"""Webhooks over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from services.ingest.event_types import check_types
from services.ingest.store.webhooks import list_deliveries, list_webhooks
from services.ingest.webhook_schemas import (
    Deliveries,
    Delivery,
    NewWebhook,
    WebhookAnswer,
    WebhookOrder,
    Webhooks,
    WebhookTest,
)
from services.ingest.webhooks import find_webhook, make_webhook, send_test, set_state
from shared.auth import Administrator, Reader
from shared.idempotency import IdempotencyKey

router = APIRouter(prefix="/webhooks", tags=["events"])


@router.post("", status_code=201, response_model=NewWebhook, summary="Make a webhook")
async def post_webhook(
    request: Request, caller: Administrator, order: WebhookOrder, idempotency_key: IdempotencyKey = None
) -> Response:
    """Send your events from now on to an address of yours, signed as Standard Webhooks says, until they are taken.

    The body is the CloudEvent that `GET /events` gives; `webhook-id` is its id: an event may come twice, or late.
    """
    check_types(order.types)
    state = request.app.state
    return (await make_webhook(state.postgres, state.vault, caller, order, idempotency_key)).response()


@router.get("", summary="List webhooks")
async def get_webhooks(request: Request, caller: Reader) -> Webhooks:
    """Return where events are sent, and whether they arrive."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        rows = await list_webhooks(connection, caller.client_id)
    return Webhooks(webhooks=[WebhookAnswer.model_validate(dict(row)) for row in rows])


@router.get("/{webhook_id}", summary="Show a webhook")
async def get_webhook(webhook_id: UUID, request: Request, caller: Reader) -> WebhookAnswer:
    """Return one webhook."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        return WebhookAnswer.model_validate(dict(await find_webhook(connection, caller.client_id, webhook_id)))


@router.delete("/{webhook_id}", status_code=204, summary="Delete a webhook")
async def delete_webhook(webhook_id: UUID, request: Request, caller: Administrator) -> None:
    """Send nothing there any more; its secret is forgotten."""
    await set_state(request.app.state.postgres, caller.client_id, webhook_id, state="deleted")


@router.post("/{webhook_id}/enable", summary="Enable a webhook again")
async def enable_webhook(webhook_id: UUID, request: Request, caller: Administrator) -> WebhookAnswer:
    """Send again to a webhook that was disabled: first what waits, then what was published meanwhile."""
    await set_state(request.app.state.postgres, caller.client_id, webhook_id, state="enabled")
    return await get_webhook(webhook_id, request, caller)


@router.get("/{webhook_id}/deliveries", summary="What became of the events sent to a webhook")
async def get_deliveries(
    webhook_id: UUID,
    request: Request,
    caller: Reader,
    before: Annotated[int | None, Query(ge=1)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> Deliveries:
    """Return the deliveries, the newest event first."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        await find_webhook(connection, caller.client_id, webhook_id)
        rows = await list_deliveries(connection, caller.client_id, webhook_id, before=before, limit=limit + 1)
    listed = [Delivery.model_validate(dict(row)) for row in rows[:limit]]
    return Deliveries(deliveries=listed, next=listed[-1].position if len(rows) > limit else None)


@router.post("/{webhook_id}/test", summary="Send a test event to a webhook")
async def post_test(webhook_id: UUID, request: Request, caller: Administrator) -> WebhookTest:
    """Send an event `webhook.test` now, once, and say what was answered."""
    state = request.app.state
    attempt = await send_test(state.postgres, state.vault, state.wire, caller.client_id, webhook_id)
    return WebhookTest(
        delivered=attempt.error is None,
        status=attempt.status,
        error=attempt.error,
        milliseconds=attempt.milliseconds,
    )
