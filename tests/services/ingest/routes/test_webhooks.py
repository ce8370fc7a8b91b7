"""Webhooks against a real receiver: signed, at least once, and a dead one in nobody's way."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from cryptography.fernet import Fernet
from fastapi import FastAPI
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.ingest.app import create_app
from shared.auth import Scope, create_key
from shared.bus import MemoryBus
from shared.events import BatchPaused, EventData, UploadReceived
from shared.outbox import append_event
from shared.postgres import Postgres
from shared.settings import Settings
from tests.eventually import eventually
from tests.services.ingest.conftest import Owner, running, slug
from tests.serving import serving


class Receiver:
    """Takes what is sent to `/PATH`, or answers with the status that is set for the path."""

    def __init__(self) -> None:
        self.taken: dict[str, list[tuple[dict[str, str], bytes]]] = {}
        self.statuses: dict[str, int] = {}
        self.url = ""

    async def answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        self.taken.setdefault(path, []).append((dict(request.headers), await request.body()))
        return Response(status_code=self.statuses.get(path, 204))

    def events(self, path: str) -> list[str]:
        """The ids of the events that came, in order, the same twice if it came twice."""
        return [headers["webhook-id"] for headers, _ in self.taken.get(path, [])]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    with serving(Starlette(routes=[Route("/{path}", receiver.answer, methods=["POST"])])) as url:
        receiver.url = url
        yield receiver


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"secret_key": SecretStr(Fernet.generate_key().decode())})


@pytest.fixture
async def app(settings: Settings, bus: MemoryBus) -> FastAPI:
    return create_app(settings, bus)


async def happens(postgres: Postgres, client_id: UUID, data: EventData | None = None) -> str:
    """Let an event happen; return its id."""
    event = data or UploadReceived(
        client_id=client_id, upload_id=uuid4(), source="apollo", rows=1, problems=0, sha256="00"
    )
    async with postgres.tenant(client_id) as connection:
        return str(await append_event(connection, "ingest", event))


async def hook(client: httpx.AsyncClient, url: str, **order: object) -> dict[str, str]:
    made = await client.post("/webhooks", json={"url": url, **order})
    assert made.status_code == 201, made.text
    answer: dict[str, str] = made.json()
    return answer


async def test_an_event_comes_signed_with_the_bytes_of_the_feed(
    client: httpx.AsyncClient, receiver: Receiver, postgres: Postgres, client_id: UUID
) -> None:
    made = await hook(client, f"{receiver.url}/hook")
    assert made["secret"].startswith("whsec_")
    event_id = await happens(postgres, client_id)
    await eventually(lambda: receiver.events("hook") == [event_id])
    headers, body = receiver.taken["hook"][0]
    event = Webhook(made["secret"]).verify(body, headers)
    assert (event["id"], event["type"], event["specversion"]) == (event_id, "upload.received", "1.0")
    assert headers["content-type"] == "application/cloudevents+json"
    with pytest.raises(WebhookVerificationError):
        Webhook(made["secret"]).verify(body + b" ", headers)


async def test_a_secret_is_shown_once_and_stored_encrypted(client: httpx.AsyncClient, owner: Owner) -> None:
    secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    order = {"url": "https://hooks.example.com/x", "secret": secret}
    first = await client.post("/webhooks", json=order, headers={"Idempotency-Key": "hook-1"})
    again = await client.post("/webhooks", json=order, headers={"Idempotency-Key": "hook-1"})
    assert (first.json()["secret"], again.json()["secret"]) == (secret, None)
    assert again.json()["webhook_id"] == first.json()["webhook_id"]
    listed = await client.get("/webhooks")
    assert len(listed.json()["webhooks"]) == 1
    assert secret not in listed.text
    stored = await owner.fetchval("SELECT secret FROM webhooks")
    kept = await owner.fetchval("SELECT response::text FROM idempotency_keys")
    assert secret.encode() not in stored
    assert secret not in kept


async def test_only_the_types_asked_for_come(
    client: httpx.AsyncClient, receiver: Receiver, postgres: Postgres, client_id: UUID
) -> None:
    await hook(client, f"{receiver.url}/some", types=["batch.paused"])
    await hook(client, f"{receiver.url}/all")
    upload = await happens(postgres, client_id)
    paused = await happens(postgres, client_id, BatchPaused(client_id=client_id, batch_id=uuid4(), reason="r"))
    await eventually(lambda: set(receiver.events("all")) == {upload, paused})
    await eventually(lambda: receiver.events("some") == [paused])


async def test_what_is_not_taken_is_tried_again_and_shown_in_the_log(
    client: httpx.AsyncClient, receiver: Receiver, postgres: Postgres, client_id: UUID, owner: Owner
) -> None:
    receiver.statuses["hook"] = 500
    webhook_id = (await hook(client, f"{receiver.url}/hook"))["webhook_id"]
    event_id = await happens(postgres, client_id)

    async def delivery() -> dict[str, object]:
        page = (await client.get(f"/webhooks/{webhook_id}/deliveries")).json()
        return dict(page["deliveries"][0]) if page["deliveries"] else {}

    async def failed() -> bool:
        return (await delivery()).get("status") == 500

    await eventually(failed)
    shown = await delivery()
    assert (shown["state"], shown["attempts"], shown["error"]) == ("waiting", 1, "HTTP 500")
    assert (await client.get(f"/webhooks/{webhook_id}")).json()["failing_since"] is not None
    receiver.statuses["hook"] = 200
    await owner.execute("UPDATE webhooks SET rests_until = '-infinity'")
    await owner.execute("UPDATE webhook_deliveries SET run_at = now()")

    async def delivered() -> bool:
        return (await delivery())["state"] == "delivered"

    await eventually(delivered)
    assert receiver.events("hook") == [event_id, event_id]
    webhook = (await client.get(f"/webhooks/{webhook_id}")).json()
    assert (webhook["failing_since"], webhook["waiting"]) == (None, 0)


async def test_a_dead_webhook_holds_no_other_up(
    client: httpx.AsyncClient, receiver: Receiver, postgres: Postgres, client_id: UUID
) -> None:
    await hook(client, "http://127.0.0.1:9/dead")
    await hook(client, f"{receiver.url}/alive")
    events = [await happens(postgres, client_id) for _ in range(20)]
    await eventually(lambda: sorted(receiver.events("alive")) == sorted(events))


async def test_what_a_killed_process_was_sending_is_sent_again(
    client: httpx.AsyncClient, receiver: Receiver, postgres: Postgres, client_id: UUID, owner: Owner
) -> None:
    await hook(client, f"{receiver.url}/hook")
    event_id = await happens(postgres, client_id)
    await eventually(lambda: receiver.events("hook") == [event_id])

    async def marked() -> bool:
        return bool(await owner.fetchval("SELECT state = 'delivered' FROM webhook_deliveries"))

    await eventually(marked)
    # As it stands when a process died between the sending and the mark, once its lease is over.
    await owner.execute("UPDATE webhook_deliveries SET state = 'sending', run_at = now()")
    await eventually(lambda: receiver.events("hook") == [event_id, event_id])


@pytest.mark.parametrize(
    ("status", "failing", "reason"),
    [
        (500, "6 days", "it took nothing for 5 days; the last time: HTTP 500"),
        (410, "1 second", "it answered 410 Gone"),
    ],
)
async def test_a_webhook_that_is_gone_is_disabled_with_a_reason_and_enabled_again(
    status: int,
    failing: str,
    reason: str,
    client: httpx.AsyncClient,
    receiver: Receiver,
    postgres: Postgres,
    client_id: UUID,
    owner: Owner,
) -> None:
    receiver.statuses["hook"] = status
    webhook_id = (await hook(client, f"{receiver.url}/hook"))["webhook_id"]
    await owner.execute("UPDATE webhooks SET failures = 1, failing_since = now() - $1::text::interval", failing)
    event_id = await happens(postgres, client_id)

    async def disabled() -> bool:
        return bool((await client.get(f"/webhooks/{webhook_id}")).json()["state"] == "disabled")

    await eventually(disabled)
    assert (await client.get(f"/webhooks/{webhook_id}")).json()["disabled_reason"] == reason
    meanwhile = await happens(postgres, client_id)
    receiver.statuses["hook"] = 200
    receiver.taken.clear()
    await owner.execute("UPDATE webhook_deliveries SET run_at = now()")
    enabled = await client.post(f"/webhooks/{webhook_id}/enable")
    assert (enabled.json()["state"], enabled.json()["disabled_reason"]) == ("enabled", None)
    await eventually(lambda: set(receiver.events("hook")) == {event_id, meanwhile})


async def test_a_deleted_webhook_gets_nothing_and_is_not_found(
    client: httpx.AsyncClient, receiver: Receiver, postgres: Postgres, client_id: UUID, owner: Owner
) -> None:
    gone = (await hook(client, f"{receiver.url}/gone"))["webhook_id"]
    await hook(client, f"{receiver.url}/kept")
    assert (await client.delete(f"/webhooks/{gone}")).status_code == 204
    event_id = await happens(postgres, client_id)
    await eventually(lambda: receiver.events("kept") == [event_id])
    assert receiver.events("gone") == []
    for answer in (
        await client.get(f"/webhooks/{gone}"),
        await client.delete(f"/webhooks/{gone}"),
        await client.get(f"/webhooks/{gone}/deliveries"),
        await client.post(f"/webhooks/{gone}/test"),
    ):
        assert (answer.status_code, slug(answer)) == (404, "not-found")
    assert await owner.fetchval("SELECT secret FROM webhooks WHERE webhook_id = $1", UUID(gone)) == b""


async def test_a_test_event_is_sent_at_once_and_what_was_answered_is_told(
    client: httpx.AsyncClient, receiver: Receiver
) -> None:
    made = await hook(client, f"{receiver.url}/hook")
    receiver.statuses["hook"] = 302
    refused = (await client.post(f"/webhooks/{made['webhook_id']}/test")).json()
    assert (refused["delivered"], refused["status"], refused["error"]) == (False, 302, "HTTP 302")
    receiver.statuses["hook"] = 200
    taken = (await client.post(f"/webhooks/{made['webhook_id']}/test")).json()
    assert (taken["delivered"], taken["status"], taken["error"]) == (True, 200, None)
    headers, body = receiver.taken["hook"][1]
    assert Webhook(made["secret"]).verify(body, headers)["type"] == "webhook.test"


async def test_an_address_inside_the_network_is_not_called(
    settings: Settings, api_key: str, bus: MemoryBus, receiver: Receiver
) -> None:
    guarded = settings.model_copy(update={"allow_private_addresses": False})
    async with running(create_app(guarded, bus)) as client:
        client.headers["Authorization"] = f"Bearer {api_key}"
        made = await hook(client, f"{receiver.url}/hook")
        tested = (await client.post(f"/webhooks/{made['webhook_id']}/test")).json()
    assert tested["delivered"] is False
    assert "127.0.0.1 is not a public address" in tested["error"]
    assert receiver.taken == {}


@pytest.mark.parametrize(
    ("order", "name"),
    [
        ({"url": "ftp://x"}, "invalid-request"),
        ({"url": "https://x.example", "types": ["batch.eaten"]}, "unknown-event-type"),
        ({"url": "https://x.example", "secret": "whsec_c2hvcnQ="}, "unprocessable"),
    ],
)
async def test_what_can_be_no_webhook_is_refused(
    order: dict[str, object], name: str, client: httpx.AsyncClient
) -> None:
    refused = await client.post("/webhooks", json=order)
    assert (refused.status_code, slug(refused)) == (422, name)


async def test_webhooks_are_an_administrators_and_nobody_elses_client(
    client: httpx.AsyncClient, owner: Owner, stranger: dict[str, str]
) -> None:
    made = await hook(client, "https://x.example")
    assert (await client.get("/webhooks", headers=stranger)).json() == {"webhooks": []}
    assert (await client.get(f"/webhooks/{made['webhook_id']}", headers=stranger)).status_code == 404
    key = await create_key(owner, client="acme", name="reader", scopes=frozenset({Scope.READ, Scope.LAUNCH}))
    refused = await client.post("/webhooks", json={"url": "https://x.example"}, headers=bearer(key))
    assert (refused.status_code, slug(refused)) == (403, "scope-missing")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
