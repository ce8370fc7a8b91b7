"""What a reply says of each item, however many the call was about."""

from collections.abc import Sequence

from services.executor.calls.bulk import read_bulk
from services.executor.calls.question import Question, Seen
from services.executor.calls.reply import ItemAnswer, Reply, classify
from services.executor.calls.single import read_single
from services.executor.compiled import CompiledProvider
from services.executor.outcome import Outcome
from shared.wire import Exchange


def read(provider: CompiledProvider, question: Question, subjects: Sequence[Seen], reply: Reply) -> list[ItemAnswer]:
    """Return what the reply says of each subject, in their order."""
    if provider.answers is not None:
        return read_bulk(provider, question, subjects, reply)
    return [read_single(provider, reply)]


def read_first(provider: CompiledProvider, question: Question, subject: Seen, exchange: Exchange) -> ItemAnswer:
    """Return what the answer to a question about one subject says; it may be that the answer comes later."""
    reply = classify(provider, exchange)
    if exchange.error is None and provider.wait is not None and provider.wait.accepted.holds(reply.document):
        return ItemAnswer(outcome=Outcome.PENDING, detail="the request was taken; its answer comes later")
    return read(provider, question, [subject], reply)[0]
