"""One call: the intent first, then the exchange, then what it said, each committed before the next."""

from collections.abc import Sequence
from dataclasses import replace

from prometheus_client import Counter, Histogram

from services.executor.budget import most_a_call_costs
from services.executor.calls.line import Line
from services.executor.calls.question import Question, Seen, Unstored, ask, http_request
from services.executor.calls.read import read
from services.executor.calls.record import call_of, results_of
from services.executor.calls.reply import ItemAnswer, Reply, classify
from services.executor.calls.wait import Begun, begin_wait, first_answer, submission
from services.executor.document import ProviderDocument
from services.executor.outcome import Outcome
from services.executor.store.results import Attempt
from shared.failpoints import failpoint
from shared.wire import Exchange, Wire

CALLS = Counter("leadledger_calls_total", "Calls to providers", ["provider", "outcome"])
CALL_SECONDS = Histogram("leadledger_call_seconds", "Time of one exchange with a provider", ["provider"])


async def call(line: Line, subjects: Sequence[Seen], attempts: Sequence[Attempt]) -> tuple[Reply, list[ItemAnswer]]:
    """Ask about the subjects once and append what is said; return it, in their order.

    An item whose answer comes later has its wait. Raises Fenced, Halted, OverBudget, Parked.
    """
    document = line.provider.document
    question = ask(line.provider, subjects, line.configuration.variables)
    begun = begin_wait(line)
    if begun is not None:
        attempts = [replace(attempt, wait_id=begun.wait.wait_id) for attempt in attempts]
    async with line.gate.passage(line.order.batch_id):
        cost = most_a_call_costs(document.cost, 1)
        await line.ledger.intend(attempts, cost, wait=None if begun is None else begun.wait)
        failpoint("executor.intended_before_call")
        exchange = await exchange_with(line.wire, document, question, _unstored(line, attempts, begun))
        reply, follow = classify(line.provider, exchange), None
        if begun is not None:
            reply, follow = first_answer(line, question, reply)
        answers = _answers(line, question, subjects, reply, begun)
        rest = line.gate.notice(reply, {answer.outcome for answer in answers})
    failpoint("executor.answered_before_append")
    _count(line, reply, exchange)
    stored = call_of(line, question, exchange)
    try:
        if begun is not None and answers[0].wait_id is not None:
            await line.ledger.append(stored, [], told=submission(begun, stored.call_id, reply, follow))
        else:
            said = list(zip(subjects, attempts, answers, strict=True))
            await line.ledger.append(stored, results_of(line, stored.call_id, question, said))
    finally:
        if rest is not None:
            await line.gate.tell(rest)
    return reply, answers


def _answers(
    line: Line, question: Question, subjects: Sequence[Seen], reply: Reply, begun: Begun | None
) -> list[ItemAnswer]:
    if begun is not None and reply.outcome is Outcome.PENDING:
        return [ItemAnswer(outcome=Outcome.PENDING, wait_id=begun.wait.wait_id)] * len(subjects)
    return read(line.provider, question, subjects, reply)


def _unstored(line: Line, attempts: Sequence[Attempt], begun: Begun | None) -> Unstored:
    key = f"{attempts[0].step}:" + ",".join(str(attempt.subject_id) for attempt in attempts)
    return Unstored(
        secrets=line.configuration.secrets,
        idempotency_key=key if line.provider.document.repeat == "key" else None,
        callback_url="" if begun is None else begun.callback_url,
    )


async def exchange_with(wire: Wire, document: ProviderDocument, question: Question, unstored: Unstored) -> Exchange:
    """Ask the question, with what it carries and nothing stored shows."""
    request = http_request(question, document.request.headers, unstored)
    return await wire.send(
        request, deadline=document.limits.timeout_seconds, max_bytes=document.limits.answer_max_bytes
    )


def _count(line: Line, reply: Reply, exchange: Exchange) -> None:
    name = line.provider.document.name
    CALLS.labels(name, reply.outcome.value).inc()
    CALL_SECONDS.labels(name).observe(exchange.milliseconds / 1000)
