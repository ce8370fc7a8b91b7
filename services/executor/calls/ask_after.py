"""Ask after a request that is answered later: by GET alone, so that nothing is ever submitted twice."""

from dataclasses import replace
from uuid import UUID

from yarl import URL

from services.executor.calls.line import Line
from services.executor.calls.question import fill, fill_secrets
from services.executor.calls.record import question_call
from services.executor.calls.reply import Reply, classify
from services.executor.calls.wait import redirected
from services.executor.outcome import Outcome
from services.executor.store.calls import Call
from services.executor.store.waits import WaitCall
from shared.failpoints import failpoint
from shared.wire import Request

_NEVER_SENT_ON = ("content-type", "content-length")


async def ask_after(line: Line, wait_id: UUID, *, follow: str, failures: int) -> tuple[Call, WaitCall, Reply]:
    """Ask at `follow`; return the exchange, what is written of it, and what it means. Raises Parked.

    A lost answer loses nothing: it is asked for again. `failures`: so many in a row told nothing before.
    """
    document = line.provider.document
    request, limits = Request("GET", follow, headers=_headers(line, follow)), document.limits
    async with line.gate.passage(line.order.batch_id):
        exchange = await line.wire.send(request, deadline=limits.timeout_seconds, max_bytes=limits.answer_max_bytes)
        reply = classify(line.provider, exchange, later=True)
        rest = line.gate.notice(reply, {reply.outcome})
    failpoint("executor.asked_after_before_append")
    if rest is not None:
        await line.gate.tell(rest)
    if exchange.error is not None:
        reply = replace(reply, outcome=Outcome.PROVIDER_ERROR)
    stored = question_call(line, request, exchange)
    led = redirected(follow, reply) if document.shape == "redirect" and reply.outcome is Outcome.PENDING else None
    told = WaitCall(
        wait_id=wait_id,
        call_id=stored.call_id,
        kind="question",
        outcome=reply.outcome,
        follow=led or follow,
        failures=failures + 1 if reply.outcome is Outcome.PROVIDER_ERROR else 0,
    )
    return stored, told, reply


def _headers(line: Line, follow: str) -> dict[str, str]:
    """Return the headers of the first request, with their secrets; elsewhere than there, none of them."""
    request = line.provider.document.request
    if _origin(follow) != _origin(fill(request.url, line.configuration.variables)):
        return {}
    headers = fill_secrets(request.headers, line.configuration.secrets)
    return {name: value for name, value in headers.items() if name.lower() not in _NEVER_SENT_ON}


def _origin(address: str) -> URL | None:
    """Return scheme, host and port of an address; None if it is none, which the wire then tells."""
    try:
        return URL(address).origin()
    except ValueError:
        return None
