"""What is written of an exchange: the call with its exact bytes, and a result for each item it says something of."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
import zstandard
from uuid_utils.compat import uuid7

from services.executor.calls.body import dump_json
from services.executor.calls.digest import question_digest
from services.executor.calls.line import Line
from services.executor.calls.question import Question, Seen
from services.executor.calls.reply import ItemAnswer
from services.executor.outcome import Outcome
from services.executor.store.calls import Call
from services.executor.store.results import Attempt, Result
from shared.wire import Exchange, Request

# Made once: a new one for each answer would take four times as long.
_PACKER = zstandard.ZstdCompressor(level=3)

# Worth keeping of an answer's headers: what tells type, limits, cost and whom to ask about it.
_KEPT_HEADERS = ("content-type", "retry-after", "request-id", "x-request-id", "location", "cf-ray")
_KEPT_PREFIXES = ("x-rate", "x-call-", "x-credits", "x-totallimit", "x-minute", "x-hourly", "x-24-hour")


def call_of(line: Line, question: Question, exchange: Exchange) -> Call:
    """Return the exchange as it is stored, the request without its secrets."""
    return _call(
        line,
        exchange,
        method=question.method,
        url=question.url,
        request_sha256=question.sha256,
        request_body=None if question.body is None else dump_json(question.body),
    )


def question_call(line: Line, request: Request, exchange: Exchange) -> Call:
    """Return, as it is stored, an exchange in which the provider was asked after an earlier request."""
    url = request.url
    digest = hashlib.sha256(f"{request.method}\n{url}".encode()).digest()
    return _call(line, exchange, method=request.method, url=url, request_sha256=digest, request_body=None)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return those of the headers that are worth keeping."""
    return {
        name.lower(): value
        for name, value in headers.items()
        if name.lower() in _KEPT_HEADERS or name.lower().startswith(_KEPT_PREFIXES)
    }


def results_of(
    line: Line,
    call_id: UUID,
    question: Question,
    said: Sequence[tuple[Seen, Attempt, ItemAnswer]],
) -> list[Result]:
    """Return what the call said of each item; `said` in the order of the question's items."""
    return [
        _result(
            line, call_id, attempt, answer, question_digest(line.provider, line.configuration.variables, seen, item)
        )
        for (seen, attempt, answer), item in zip(said, question.items, strict=True)
    ]


def _call(
    line: Line, exchange: Exchange, *, method: str, url: str, request_sha256: bytes, request_body: bytes | None
) -> Call:
    return Call(
        batch_id=line.order.batch_id,
        call_id=uuid7(),
        step=line.step,
        provider=line.provider.document.name,
        provider_version=line.provider.document.version,
        method=method,
        url=url,
        request_sha256=request_sha256,
        request_body=request_body,
        status=exchange.status,
        headers=orjson.dumps(kept_headers(exchange.headers)),
        answer_bytes=len(exchange.content),
        answer_zstd=_PACKER.compress(exchange.content) if exchange.content else None,
        error=exchange.error,
        called_at=exchange.called_at,
        milliseconds=exchange.milliseconds,
    )


def _result(line: Line, call_id: UUID, attempt: Attempt, answer: ItemAnswer, asked: UUID) -> Result:
    document = line.provider.document
    return Result(
        attempt=attempt,
        provider_version=document.version,
        outcome=answer.outcome,
        detail=answer.detail,
        payload=None if answer.answer is None else dump_json(answer.answer),
        call_id=call_id,
        cost=answer.cost,
        cost_unit=document.cost.unit,
        cost_source=answer.cost_source,
        question=asked if answer.outcome in (Outcome.OK, Outcome.NO_MATCH) else None,
    )
