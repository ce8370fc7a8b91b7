"""The shape of a provider's answers: which paths there are, what stands there and how often."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from services.executor.store.shapes import shape_of_answers
from shared.errors import NotFound
from shared.postgres import Postgres

_MOST_PATHS = 5_000


async def find_shape(
    postgres: Postgres, client_id: UUID, provider: str, *, outcomes: Sequence[str], sample: int
) -> Mapping[str, Any]:
    """Return `answers` (how many were looked at), `paths` and `more_paths`; raises NotFound if there is no answer."""
    async with postgres.tenant(client_id) as connection:
        rows = await shape_of_answers(
            connection, client_id, provider, outcomes=outcomes, sample=sample, most_paths=_MOST_PATHS + 1
        )
    if not rows:
        raise NotFound(
            f"No answers of {provider} with the outcome {' or '.join(outcomes)} are stored for you. GET /providers "
            "lists the providers; launch a batch whose workflow asks it, or name another outcome."
        )
    answers = rows[0]["sampled"]
    return {
        "provider": provider,
        "answers": answers,
        "paths": [
            {
                "path": row["path"],
                "types": row["types"],
                "answers": row["answers"],
                "fill_rate": round(row["answers"] / answers, 4),
                "examples": row["examples"] or [],
            }
            for row in rows[:_MOST_PATHS]
        ],
        "more_paths": len(rows) > _MOST_PATHS,
    }
