"""A client's webhooks: made, tested, enabled again, deleted."""

import base64
import binascii
import secrets
from uuid import UUID

import asyncpg
from uuid_utils.compat import uuid7

from services.ingest.send_webhook import send
from services.ingest.store import webhooks as store
from services.ingest.webhook_schemas import NewWebhook, WebhookOrder
from shared.auth import Caller
from shared.errors import NotFound, Unprocessable
from shared.events import Event, utc_now
from shared.idempotency import Answer, earlier_answer, once, store_answer
from shared.postgres import Connection, Postgres
from shared.vault import Vault
from shared.wire import Wire

_PREFIX = "whsec_"
_SECRET_BYTES = 32
_FEWEST_BYTES, _MOST_BYTES = 24, 64


async def make_webhook(
    postgres: Postgres, vault: Vault, caller: Caller, order: WebhookOrder, idempotency_key: str | None
) -> Answer:
    """Make a webhook; the answer holds its secret, but not the one that is stored for a repeated request."""
    given = order.secret.get_secret_value() if order.secret is not None else None
    asked = {**order.model_dump(mode="json", exclude={"secret"}), "has_secret": given is not None}
    request = once(caller.client_id, "POST /webhooks", idempotency_key, asked=asked)
    secret = _checked(given) if given is not None else _new_secret()
    locked = vault.lock({"secret": secret})
    async with postgres.tenant(caller.client_id) as connection:
        answer = await earlier_answer(connection, request)
        if answer is not None:
            return answer
        webhook_id = await store.insert_webhook(
            connection,
            caller.client_id,
            url=str(order.url),
            types=order.types,
            secret=locked,
            made_by=caller.key_id,
        )
        row = await find_webhook(connection, caller.client_id, webhook_id)
        body = NewWebhook.model_validate({**row, "secret": None}).model_dump(mode="json")
        await store_answer(connection, request, Answer(status=201, body=body))
    return Answer(status=201, body={**body, "secret": secret})


async def find_webhook(connection: Connection, client_id: UUID, webhook_id: UUID) -> asyncpg.Record:
    """Return a webhook; raises NotFound."""
    rows = await store.list_webhooks(connection, client_id, only=webhook_id)
    if not rows:
        raise _not_found(webhook_id)
    return rows[0]


async def set_state(postgres: Postgres, client_id: UUID, webhook_id: UUID, *, state: str) -> None:
    """Enable or delete a webhook; raises NotFound."""
    async with postgres.tenant(client_id) as connection:
        if not await store.set_state(connection, client_id, webhook_id, state=state):
            raise _not_found(webhook_id)


async def send_test(postgres: Postgres, vault: Vault, wire: Wire, client_id: UUID, webhook_id: UUID) -> store.Attempt:
    """Send an event `webhook.test` now, to this webhook alone, and return how it went; it is not tried again."""
    async with postgres.tenant(client_id) as connection:
        webhook = await find_webhook(connection, client_id, webhook_id)
    event = Event(
        id=uuid7(),
        source="/leadledger/ingest",
        type="webhook.test",
        time=utc_now(),
        clientid=client_id,
        data={"client_id": str(client_id), "webhook_id": str(webhook_id)},
    )
    return await send(wire, url=webhook["url"], secret=vault.unlock(webhook["secret"])["secret"], event=event)


def _new_secret() -> str:
    return _PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def _checked(secret: str) -> str:
    try:
        decoded = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        decoded = b""
    if not secret.startswith(_PREFIX) or not _FEWEST_BYTES <= len(decoded) <= _MOST_BYTES:
        raise Unprocessable("`secret` must be whsec_ and 24 to 64 random bytes in Base64; leave it out to get one.")
    return secret


def _not_found(webhook_id: UUID) -> NotFound:
    return NotFound(f"There is no webhook {webhook_id}; GET /webhooks lists yours.")
