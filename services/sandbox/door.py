"""The way of every call: read it, answer it, spoil the answer as the rules say, write it down, send it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from urllib.parse import parse_qsl

import orjson
from starlette.types import Receive, Scope, Send

from services.sandbox.answer import Answer, Call, Endpoint, Outcome, Provider, Usage
from services.sandbox.delivery import deliver
from services.sandbox.effects import retry_after, spoil
from services.sandbox.faults import Faults
from services.sandbox.ledger import Entry, Ledger
from services.sandbox.rates import Rates
from services.sandbox.works import Works

USUAL_LIMIT = 1_000_000
"""Requests a minute that rate headers tell where no rule limits them; nothing enforces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """What all doors share."""

    ledger: Ledger
    faults: Faults
    rates: Rates
    works: Works


class Door:
    """The ASGI application behind one endpoint of one provider.

    Between reading a call and writing it down nothing waits, so the ledger's order is the order of arrival and
    whatever was charged is in it before the caller can know.
    """

    def __init__(self, provider: Provider, endpoint: Endpoint, books: Books) -> None:
        self._provider = provider
        self._endpoint = endpoint
        self._books = books

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one call."""
        body = await _body(receive)
        if body is None:
            return
        received_at = time.time()
        call = self._call(scope, body)
        answer, faults = self._judged(call)
        if answer.work is not None and answer.work.seconds > 0 and answer.work.meanwhile is not None:
            answer = replace(answer.work.meanwhile, items=answer.items, work=answer.work)
        entry = self._entry(call, answer, faults, received_at)
        number = self._books.ledger.record(entry)
        if answer.work is not None:
            self._books.works.begin(answer.work, entry)
        sent = False
        try:
            sent = await deliver(answer, scope=scope, receive=receive, send=send)
        finally:
            self._books.ledger.settle(number, sent=sent)

    def _call(self, scope: Scope, body: bytes) -> Call:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = scope["query_string"]
        call = Call(
            method=scope["method"],
            path=scope["path"],
            query=dict(parse_qsl(query.decode("latin-1"))) if query else {},
            headers=headers,
            body=body,
            document=_document(body),
        )
        key = self._provider.key(call)
        return replace(call, credential=sha256(key.encode()).hexdigest()[:12] if key else "")

    def _judged(self, call: Call) -> tuple[Answer, tuple[str, ...]]:
        """Answer the call, and name the faults that met it."""
        books, name, endpoint = self._books, self._provider.name, self._endpoint.name
        answer = self._endpoint.answer(call)
        key = self._provider.key(call)
        if not key or key.startswith("bad"):
            return self._refused(answer, Outcome.AUTH_FAILED), ()
        usages, too_fast = self._limited(call.credential)
        told = self._provider.rate_headers(usages)
        if too_fast:
            refused = self._refused(answer, Outcome.THROTTLED)
            return replace(refused, headers=(*told, *too_fast)), ("rate_limit",)
        if key.startswith("empty"):
            return replace(self._refused(answer, Outcome.QUOTA_EXHAUSTED), headers=told), ()
        answer = replace(answer, headers=(*answer.headers, *told)) if told else answer
        fired = books.faults.fire(name, endpoint, [item.identity for item in answer.items])
        return spoil(answer, fired, self._provider, endpoint), tuple(rule.kind for rule in fired)

    def _refused(self, answer: Answer, outcome: Outcome) -> Answer:
        return answer.refused(self._provider.refusal(outcome, self._endpoint.name), outcome)

    def _limited(self, credential: str) -> tuple[tuple[Usage, ...], Sequence[tuple[str, str]] | None]:
        """Count the call in every window; where one is full, the second part has the headers that say so."""
        name, endpoint = self._provider.name, self._endpoint.name
        limits = self._books.faults.limits(name, endpoint)
        if not limits:
            return (self._books.rates.use(name, credential, endpoint, limit=USUAL_LIMIT, window_s=60),), None
        usages = []
        too_fast: Sequence[tuple[str, str]] | None = None
        for rule in limits:
            who = (name, credential, rule.endpoint or "", "limited")
            usage = self._books.rates.use(*who, limit=rule.limit, window_s=rule.window_s)
            usages.append(usage)
            if usage.used > usage.limit:
                self._books.faults.count(rule)
                too_fast = retry_after(rule.retry_after, usage.resets_in) or ()
        return tuple(usages), too_fast

    def _entry(self, call: Call, answer: Answer, faults: tuple[str, ...], received_at: float) -> Entry:
        key = call.headers.get("idempotency-key")
        return Entry(
            provider=self._provider.name,
            endpoint=self._endpoint.name,
            method=call.method,
            received_at=received_at,
            credential=call.credential,
            status=answer.status,
            items=answer.items,
            faults=faults,
            replayed=answer.replayed,
            idempotency_key=key,
            body_sha256=sha256(call.body).hexdigest() if key else None,
        )


def _document(body: bytes) -> object:
    """Parse the body; a body that is no JSON is None, which every provider refuses in its own words."""
    try:
        return orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        return None


async def _body(receive: Receive) -> bytes | None:
    """Read the body; None if the caller hung up before its end."""
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)
