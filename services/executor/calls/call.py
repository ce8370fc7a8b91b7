"""One call: the intent first, then the exchange, then what it said, each committed before the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import orjson
import zstandard
from prometheus_client import Counter, Histogram
from uuid_utils.compat import uuid7

from services.executor.budget import most_a_call_costs
from services.executor.calls.body import dump_json
from services.executor.calls.bulk import read_bulk
from services.executor.calls.digest import question_digest
from services.executor.calls.question import Question, Seen, ask, http_request
from services.executor.calls.reply import ItemAnswer, Reply, classify
from services.executor.calls.single import read_single
from services.executor.compiled import CompiledProvider
from services.executor.configuration import Configuration
from services.executor.document import ProviderDocument
from services.executor.gate import Gate
from services.executor.ledger import Ledger
from services.executor.outcome import Outcome
from services.executor.store.calls import Call
from services.executor.store.chunks import ChunkOrder
from services.executor.store.results import Attempt, Result
from shared.failpoints import failpoint
from shared.postgres import Postgres
from shared.wire import Exchange, Wire

CALLS = Counter("leadledger_calls_total", "Calls to providers", ["provider", "outcome"])
CALL_SECONDS = Histogram("leadledger_call_seconds", "Time of one exchange with a provider", ["provider"])

# Made once: a new one for each answer would take four times as long.
_PACKER = zstandard.ZstdCompressor(level=3)

# Worth keeping of an answer's headers: what tells type, limits, cost and whom to ask about it.
_KEPT_HEADERS = ("content-type", "retry-after", "request-id", "x-request-id", "location", "cf-ray")
_KEPT_PREFIXES = ("x-rate", "x-call-", "x-credits", "x-totallimit", "x-minute", "x-hourly", "x-24-hour")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Everything a call needs besides its question."""

    order: ChunkOrder
    step: str
    provider: CompiledProvider
    configuration: Configuration
    gate: Gate
    wire: Wire
    ledger: Ledger
    postgres: Postgres
    reuse_days: int | None = None


async def call(line: Line, subjects: Sequence[Seen], attempts: Sequence[Attempt]) -> tuple[Reply, list[ItemAnswer]]:
    """Ask about the subjects once and append what is said; return it, in their order.

    Raises Fenced, Halted, OverBudget, Parked.
    """
    document = line.provider.document
    question = ask(line.provider, subjects, line.configuration.variables)
    async with line.gate.passage(line.order.batch_id):
        await line.ledger.intend(attempts, most_a_call_costs(document.cost, 1))
        failpoint("executor.intended_before_call")
        exchange = await exchange_with(
            line.wire, line.provider.document, line.configuration, question, _repeat_key(attempts)
        )
        reply, answers = read_reply(line.provider, question, subjects, exchange)
        rest = line.gate.notice(reply, {answer.outcome for answer in answers})
    failpoint("executor.answered_before_append")
    CALLS.labels(document.name, reply.outcome.value).inc()
    CALL_SECONDS.labels(document.name).observe(exchange.milliseconds / 1000)
    stored = _stored_call(line, question, exchange)
    digests = [
        question_digest(line.provider, line.configuration.variables, seen, item)
        for seen, item in zip(subjects, question.items, strict=True)
    ]
    results = [
        _result(line, stored, attempt, answer, asked)
        for attempt, answer, asked in zip(attempts, answers, digests, strict=True)
    ]
    try:
        await line.ledger.append(stored, results)
    finally:
        if rest is not None:
            await line.gate.tell(rest)
    return reply, answers


def read_reply(
    provider: CompiledProvider, question: Question, subjects: Sequence[Seen], exchange: Exchange
) -> tuple[Reply, list[ItemAnswer]]:
    """Return what an exchange means, as a whole and for each subject."""
    reply = classify(provider, exchange)
    if provider.document.shape == "bulk":
        return reply, read_bulk(provider, question, subjects, reply)
    return reply, [read_single(provider, reply)]


def _repeat_key(attempts: Sequence[Attempt]) -> str:
    return f"{attempts[0].step}:" + ",".join(str(attempt.subject_id) for attempt in attempts)


async def exchange_with(
    wire: Wire, document: ProviderDocument, configuration: Configuration, question: Question, repeat_key: str
) -> Exchange:
    """Ask the question, with the key that makes a repeat harmless if the provider takes one."""
    key = repeat_key if document.repeat == "key" else None
    request = http_request(question, document.request.headers, configuration.secrets, idempotency_key=key)
    return await wire.send(
        request, deadline=document.limits.timeout_seconds, max_bytes=document.limits.answer_max_bytes
    )


def kept_headers(exchange: Exchange) -> dict[str, str]:
    """Return the headers of an answer that are worth keeping."""
    return {
        name.lower(): value
        for name, value in exchange.headers.items()
        if name.lower() in _KEPT_HEADERS or name.lower().startswith(_KEPT_PREFIXES)
    }


def _stored_call(line: Line, question: Question, exchange: Exchange) -> Call:
    document = line.provider.document
    return Call(
        batch_id=line.order.batch_id,
        call_id=uuid7(),
        step=line.step,
        provider=document.name,
        provider_version=document.version,
        method=question.method,
        url=question.url,
        request_sha256=question.sha256,
        request_body=None if question.body is None else dump_json(question.body),
        status=exchange.status,
        headers=orjson.dumps(kept_headers(exchange)),
        answer_bytes=len(exchange.content),
        answer_zstd=_PACKER.compress(exchange.content) if exchange.content else None,
        error=exchange.error,
        called_at=exchange.called_at,
        milliseconds=exchange.milliseconds,
    )


def _result(line: Line, stored: Call, attempt: Attempt, answer: ItemAnswer, asked: UUID) -> Result:
    document = line.provider.document
    return Result(
        attempt=attempt,
        provider_version=document.version,
        outcome=answer.outcome,
        detail=answer.detail,
        payload=None if answer.answer is None else dump_json(answer.answer),
        call_id=stored.call_id,
        cost=answer.cost,
        cost_unit=document.cost.unit,
        cost_source=answer.cost_source,
        question=asked if answer.outcome in (Outcome.OK, Outcome.NO_MATCH) else None,
    )
