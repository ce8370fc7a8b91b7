"""A request that is answered later: its wait, what its first answer means, and the address of its callback."""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, replace
from urllib.parse import quote, urljoin
from uuid import UUID

from uuid_utils.compat import uuid7

from services.executor.calls.line import Line
from services.executor.calls.question import Question, fill
from services.executor.calls.reply import Reply
from services.executor.outcome import Outcome
from services.executor.store.waits import Wait, WaitCall

_TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A wait as it begins, with the address of its callback: it stands in the request and nowhere else."""

    wait: Wait
    callback_url: str


def begin_wait(line: Line) -> Begun | None:
    """Return a wait for the request about to be made; None where the provider answers at once."""
    document = line.provider.document
    if document.wait is None:
        return None
    token = _new_token(line.order.client_id) if document.shape == "callback" else None
    wait = Wait(
        order=line.order,
        wait_id=uuid7(),
        step=line.step,
        provider=document.name,
        provider_version=document.version,
        token_sha256=None if token is None else token_digest(token),
        expires_seconds=document.wait.expires_seconds,
    )
    url = "" if token is None else f"{line.public_url.rstrip('/')}/callbacks/{token}"
    return Begun(wait=wait, callback_url=url)


def first_answer(line: Line, question: Question, reply: Reply) -> tuple[Reply, str | None]:
    """Return the reply, `pending` if the answer comes later, and where to ask after it.

    Of a callback's provider also a lost first answer is pending: it may have taken the request.
    """
    document, compiled = line.provider.document, line.provider.wait
    assert document.wait is not None and compiled is not None  # noqa: S101, PT018 - the shape has it
    if reply.exchange.error is not None:
        awaited = document.shape == "callback" and reply.outcome is Outcome.UNKNOWN
        return (replace(reply, outcome=Outcome.PENDING) if awaited else reply), None
    if not compiled.accepted.holds(reply.document):
        return reply, None
    follow = _follow(line, question, reply)
    if follow is None and document.shape != "callback":
        detail = "the answer does not say where to ask after it"
        return replace(reply, outcome=Outcome.UNKNOWN, detail=detail), None
    return replace(reply, outcome=Outcome.PENDING, detail=None), follow


def submission(begun: Begun, call_id: UUID, reply: Reply, follow: str | None) -> WaitCall:
    """Return what is written of the first answer, beside its call."""
    outcome = Outcome.UNKNOWN if reply.exchange.error is not None else Outcome.PENDING
    return WaitCall(wait_id=begun.wait.wait_id, call_id=call_id, kind="submission", outcome=outcome, follow=follow)


def token_digest(token: str) -> bytes:
    """Return what is stored of a token. Its 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()


def client_of_token(token: str) -> UUID | None:
    """Return whose token this would be, or None if it can't be one."""
    try:
        raw = urlsafe_b64decode(token)
    except ValueError:
        return None
    return UUID(bytes=raw[:16]) if len(raw) == 16 + _TOKEN_BYTES else None


def _new_token(client_id: UUID) -> str:
    return urlsafe_b64encode(client_id.bytes + secrets.token_bytes(_TOKEN_BYTES)).decode()


def _follow(line: Line, question: Question, reply: Reply) -> str | None:
    document, compiled = line.provider.document, line.provider.wait
    assert document.wait is not None and compiled is not None  # noqa: S101, PT018 - the shape has it
    if document.shape == "redirect":
        return redirected(question.url, reply)
    if document.wait.ask is None:
        return None
    found = compiled.id.of(reply.document) if compiled.id is not None else None
    if compiled.id is not None and found in (None, ""):
        return None
    return fill(document.wait.ask, {**line.configuration.variables, "id": quote(str(found), safe="")})


def redirected(url: str, reply: Reply) -> str | None:
    """Return where the answer to a request at `url` leads, or None."""
    location = reply.document["headers"].get("location")
    return urljoin(url, location) if location else None
