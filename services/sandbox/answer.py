"""What a provider is asked and what it answers, before anything is sent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

import orjson


class Outcome(StrEnum):
    """What became of one item, as the provider knows it."""

    OK = "ok"
    NO_MATCH = "no_match"
    PENDING = "pending"
    THROTTLED = "throttled"
    QUOTA_EXHAUSTED = "quota_exhausted"
    AUTH_FAILED = "auth_failed"
    BAD_REQUEST = "bad_request"
    BLOCKED_LEGAL = "blocked_legal"
    PROVIDER_ERROR = "provider_error"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as received; header names are lower case, `document` is the JSON body or None."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    document: object
    credential: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedItem:
    """One item of a call: whom it asks about, the values as sent, and what it came to; `charged` in credits."""

    identity: str
    asked: Mapping[str, object]
    outcome: Outcome
    charged: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How an answer travels; `close_after` bytes the connection is reset, None means it is not."""

    delay_s: float = 0
    drip_s: float = 0
    drip_bytes: int = 0
    hang: bool = False
    close_after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """A POST to the caller, sent when a part of the work is done."""

    url: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What goes on after an answer: done and charged so many seconds later, and then told in these callbacks.

    `meanwhile` is answered in the answer's place if the work takes any time. Each callback is sent `times` times.
    """

    id: str
    result: object
    seconds: float
    charges: tuple[AskedItem, ...] = ()
    callbacks: tuple[Callback, ...] = ()
    meanwhile: "Answer | None" = None
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer ready to send: `payload` is JSON unless `body` has the bytes; a bulk's items stand at `items_at`.

    `items_at` is a key of the payload, or "" where the payload is the list; None means there is no such list.
    `stranger` makes an item nobody asked for.
    """

    status: int = 200
    payload: object = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = "application/json; charset=utf-8"
    items: tuple[AskedItem, ...] = ()
    items_at: str | None = None
    stranger: Callable[[], object] | None = None
    replayed: bool = False
    delivery: Delivery = Delivery()
    work: Work | None = None

    def encoded(self) -> bytes:
        """Return the body's bytes."""
        return orjson.dumps(self.payload) if self.body is None else self.body

    def refused(self, answer: "Answer", outcome: Outcome) -> "Answer":
        """Return `answer` in this one's place, its items uncharged and with that outcome."""
        items = tuple(replace(item, outcome=outcome, charged=0) for item in self.items)
        return replace(answer, items=items, replayed=False, work=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How much of a limit a credential has used; `resets_in` seconds until its window ends."""

    limit: int
    used: int
    window_s: float
    resets_in: float


class History(Protocol):
    """What a provider remembers of earlier calls."""

    def was_pending(self, *, provider: str, endpoint: str, identity: str) -> bool:
        """Tell whether this question was answered `pending` before."""

    def units(self, provider: str, credential: str) -> int:
        """Sum what this credential has been charged."""

    def body_of_key(self, credential: str, key: str) -> str | None:
        """Return the digest of the body that came with this idempotency key, if any did."""


class Bench(Protocol):
    """What a provider is working on."""

    def left(self, work_id: str) -> float | None:
        """Return the seconds until the work is done, 0 when it is; None if there is no such work."""

    def result(self, work_id: str) -> object:
        """Return what came of the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One path of a provider, as the ledger names it."""

    name: str
    path: str
    methods: tuple[str, ...]
    answer: Callable[[Call], Answer]


class Provider(Protocol):
    """One imitated provider; adding one means one file and one line in `providers/__init__.py`."""

    name: str
    endpoints: tuple[Endpoint, ...]

    def key(self, call: Call) -> str:
        """Read the API key, "" if there is none."""

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:
        """Say auth_failed, throttled or quota_exhausted as this provider does."""

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:
        """Tell the limits as this provider does."""
