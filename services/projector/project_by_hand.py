"""A rebuild that somebody asked for: done once for each Idempotency-Key, whatever is projected already."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.projector.promote import promote_draft
from services.projector.rebuild import RebuildRequest, rebuild_in
from services.projector.rules import Rules
from services.projector.rules_of_client import LIVE, find_rules
from services.projector.store.batches import Projection
from shared.idempotency import Answer, earlier_answer, once, store_answer
from shared.postgres import Connection, Postgres

_ROUTE = "POST /batches/{id}/projection"


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How to rebuild: by which rules (None: those in force), as of when (None: now), as a draft or for readers."""

    strict: bool
    rules: str | None = None
    as_of: datetime | None = None
    draft: bool = False

    @property
    def is_other(self) -> bool:
        """Tell whether it leads elsewhere than the rebuild that comes by itself."""
        return self.rules is not None or self.as_of is not None

    def document(self) -> dict[str, object]:
        """Return it as JSON: what the same Idempotency-Key must ask again."""
        as_of = None if self.as_of is None else self.as_of.isoformat()
        return {"strict": self.strict, "rules": self.rules, "as_of": as_of, "draft": self.draft}


async def project_by_hand(
    postgres: Postgres, builtin: Rules, batch: tuple[UUID, UUID], wish: Wish, *, idempotency_key: str | None
) -> Answer:
    """Rebuild the batch (client, batch) and answer 200 with what was made; raises what `rebuild_in` raises.

    Other rules, or another time, take the place of what readers see as a promoted draft does: it can be rolled back.
    """
    client_id, batch_id = batch
    request = once(client_id, _ROUTE, idempotency_key, asked={"batch_id": str(batch_id), **wish.document()})
    async with postgres.tenant(client_id) as connection:
        earlier = await earlier_answer(connection, request)
        if earlier is not None:
            return earlier
        projection = await _project(connection, builtin, batch, wish)
        answer = Answer(status=200, body={**body_of(projection), "draft": wish.draft})
        await store_answer(connection, request, answer)
    return answer


async def _project(connection: Connection, builtin: Rules, batch: tuple[UUID, UUID], wish: Wish) -> Projection:
    client_id, batch_id = batch
    rules = await find_rules(connection, client_id, wish.rules or LIVE, builtin)
    beside = wish.draft or wish.is_other
    order = RebuildRequest(client_id=client_id, batch_id=batch_id, strict=wish.strict, as_of=wish.as_of, beside=beside)
    projection = await rebuild_in(connection, rules, order)
    assert projection is not None  # noqa: S101 - without a completion it is done in any case
    return await promote_draft(connection, client_id, batch_id) if beside and not wish.draft else projection


def body_of(projection: Projection) -> dict[str, object]:
    """Return a projection as the API tells it."""
    return {
        "batch_id": str(projection.batch_id),
        "completion": projection.completion,
        "leads": projection.leads,
        "jobs": projection.jobs,
        "errors": projection.errors,
        "rules": projection.rules,
        "as_of": projection.as_of.isoformat(),
    }
