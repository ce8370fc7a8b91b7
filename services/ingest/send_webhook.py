"""Send one event to a webhook, signed as Standard Webhooks says (standardwebhooks.com)."""

from http import HTTPStatus

from standardwebhooks import Webhook

from services.ingest.store.webhooks import Attempt
from shared.events import Event, utc_now
from shared.wire import Request, Wire

DEADLINE_SECONDS = 15.0
_ANSWER_MAX_BYTES = 65_536


async def send(wire: Wire, *, url: str, secret: str, event: Event) -> Attempt:
    """Send the event, the same bytes as on the bus; failures are told, not raised.

    The id of the message is the event's: who gets it twice can tell.
    """
    body, now = event.to_json().decode(), utc_now()
    headers = {
        "Content-Type": "application/cloudevents+json",
        "User-Agent": "leadledger-webhooks",
        "webhook-id": str(event.id),
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(str(event.id), now, body),
    }
    request = Request("POST", url, headers=headers, content=body.encode())
    exchange = await wire.send(request, deadline=DEADLINE_SECONDS, max_bytes=_ANSWER_MAX_BYTES)
    taken = exchange.status is not None and HTTPStatus(200) <= exchange.status < HTTPStatus(300)
    error = None if taken else exchange.error or f"HTTP {exchange.status}"
    return Attempt(status=exchange.status, error=error, milliseconds=exchange.milliseconds)
