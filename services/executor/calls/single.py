"""The shape `single`: one item per call."""

from decimal import Decimal

from services.executor.calls.reply import ItemAnswer, Reply, call_cost
from services.executor.compiled import CompiledProvider
from services.executor.outcome import Outcome


def read_single(provider: CompiledProvider, reply: Reply) -> ItemAnswer:
    """Return what the reply says of its item."""
    answer = provider.answer.of(reply.document) if reply.outcome in (Outcome.OK, Outcome.NO_MATCH) else None
    cost = provider.document.cost
    said = call_cost(provider, reply)
    if said is not None:
        amount, source = said, str(cost.source)
    elif reply.outcome in cost.charged_outcomes:
        amount, source = Decimal(str(cost.estimate)), "estimated"
    else:
        amount, source = Decimal(0), "unknown" if reply.outcome is Outcome.UNKNOWN else "none"
    return ItemAnswer(outcome=reply.outcome, detail=reply.detail, answer=answer, cost=amount, cost_source=source)
