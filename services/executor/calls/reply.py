"""The reply: what an exchange means, first for the call as a whole, then for each item of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from services.executor.calls.body import NO_JSON, read_json
from services.executor.compiled import CompiledProvider, Rules
from services.executor.outcome import Outcome
from shared.wire import Exchange

_BY_STATUS = {
    400: Outcome.BAD_REQUEST,
    401: Outcome.AUTH_FAILED,
    402: Outcome.QUOTA_EXHAUSTED,
    403: Outcome.AUTH_FAILED,
    422: Outcome.BAD_REQUEST,
    429: Outcome.THROTTLED,
    451: Outcome.BLOCKED_LEGAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An exchange, classified. `document` is what the provider's expressions see of it."""

    exchange: Exchange
    outcome: Outcome
    detail: str | None
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemAnswer:
    """What the reply says of one item; `answer` is None where it says nothing, `wait_id` set where it will later."""

    outcome: Outcome
    detail: str | None = None
    answer: Any = None
    cost: Decimal = Decimal(0)
    cost_source: str = "none"
    wait_id: UUID | None = None


def classify(provider: CompiledProvider, exchange: Exchange, *, later: bool = False) -> Reply:
    """Return the meaning of an exchange: the document's rules first, then what HTTP commonly means.

    `later`: it is an answer to an earlier request, asked for or called back.
    """
    body = read_json(exchange.content) if exchange.content else None
    document = {
        "status": exchange.status,
        "headers": {name.lower(): value for name, value in exchange.headers.items()},
        "body": None if body is NO_JSON else body,
        "later": later,
    }
    outcome, detail = _outcome(provider, exchange, document, is_json=body is not NO_JSON and bool(exchange.content))
    return Reply(exchange=exchange, outcome=outcome, detail=detail, document=document)


def _outcome(
    provider: CompiledProvider, exchange: Exchange, document: Mapping[str, Any], *, is_json: bool
) -> tuple[Outcome, str | None]:
    if exchange.error is not None:
        if not exchange.sent:
            return Outcome.PROVIDER_ERROR, f"not sent: {exchange.error}"
        return Outcome.UNKNOWN, f"asked, but the answer was lost: {exchange.error}"
    ruled = first_that_holds(provider.outcomes, document)
    if ruled is not None:
        return ruled, None
    return _by_status(exchange.status or 0, is_json=is_json)


def _by_status(status: int, *, is_json: bool) -> tuple[Outcome, str | None]:
    if not 200 <= status < 300:
        return _BY_STATUS.get(status, Outcome.PROVIDER_ERROR), f"HTTP {status}"
    if not is_json:
        return Outcome.PROVIDER_ERROR, f"HTTP {status}, but the answer is not JSON"
    return Outcome.OK, None


def first_that_holds(rules: Rules, document: Mapping[str, Any]) -> Outcome | None:
    """Return the outcome of the first rule that holds, or None."""
    return next((outcome for condition, outcome in rules if condition.holds(document)), None)


def call_cost(provider: CompiledProvider, reply: Reply) -> Decimal | None:
    """Return what the provider says the call cost, or None if it does not say."""
    if provider.cost is None:
        return None
    try:
        amount = Decimal(str(provider.cost.of(reply.document)))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None
