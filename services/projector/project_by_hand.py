"""A rebuild that somebody asked for: done once for each Idempotency-Key, whatever is projected already."""

from uuid import UUID

from services.projector.rebuild import RebuildRequest, rebuild_in
from services.projector.rules import Rules
from services.projector.rules_of_client import live_rules
from shared.idempotency import Answer, earlier_answer, once, store_answer
from shared.postgres import Postgres

_ROUTE = "POST /batches/{id}/projection"


async def project_by_hand(
    postgres: Postgres, builtin: Rules, batch: tuple[UUID, UUID], *, strict: bool, idempotency_key: str | None
) -> Answer:
    """Rebuild the batch (client, batch) and answer 200 with what it holds now; raises what `rebuild_in` raises."""
    client_id, batch_id = batch
    asked = {"batch_id": str(batch_id), "strict": strict}
    request = once(client_id, _ROUTE, idempotency_key, asked=asked)
    async with postgres.tenant(client_id) as connection:
        earlier = await earlier_answer(connection, request)
        if earlier is not None:
            return earlier
        rules = await live_rules(connection, client_id, builtin)
        order = RebuildRequest(client_id=client_id, batch_id=batch_id, strict=strict)
        projection = await rebuild_in(connection, rules, order)
        assert projection is not None  # noqa: S101 - without a completion it is done in any case
        body = {
            "batch_id": str(batch_id),
            "completion": projection.completion,
            "leads": projection.leads,
            "jobs": projection.jobs,
            "errors": projection.errors,
            "rules": projection.rules,
            "as_of": projection.as_of.isoformat(),
        }
        answer = Answer(status=200, body=body)
        await store_answer(connection, request, answer)
    return answer
