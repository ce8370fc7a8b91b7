"""SQL of budgets: what a batch may spend is reserved with the intent and settled with the answer, to the credit.

The run's row is locked before anything of it is read, so calls of all chunks and executors are weighed one after the
other. Sums are kept only for batches that have a budget.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from services.executor.store.results import Result
from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """A batch's money: what it may spend, what calls in flight may cost, what is spent."""

    budget: Decimal
    reserved: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """Return what can still be reserved."""
        return self.budget - self.spent - self.reserved


async def lock_budgets(connection: Connection, client_id: UUID, batch_ids: Collection[UUID]) -> dict[UUID, Budget]:
    """Lock and return the budgets of those of the batches that have one."""
    rows = await connection.fetch(
        """
        SELECT batch_id, budget, reserved, spent FROM batch_runs
        WHERE client_id = $1 AND batch_id = ANY ($2::uuid[]) AND budget IS NOT NULL
        ORDER BY batch_id FOR NO KEY UPDATE
        """,
        client_id,
        list(batch_ids),
    )
    return {row["batch_id"]: Budget(budget=row["budget"], reserved=row["reserved"], spent=row["spent"]) for row in rows}


async def reserve(connection: Connection, client_id: UUID, amounts: dict[UUID, Decimal]) -> None:
    """Add to what calls in flight of the batches may cost."""
    await connection.execute(
        """
        UPDATE batch_runs SET reserved = reserved + asked.amount
        FROM unnest($2::uuid[], $3::numeric[]) AS asked (batch_id, amount)
        WHERE batch_runs.client_id = $1 AND batch_runs.batch_id = asked.batch_id
        """,
        client_id,
        list(amounts),
        list(amounts.values()),
    )


async def settle(connection: Connection, client_id: UUID, results: Sequence[Result]) -> None:
    """Spend what the answers cost and free what was reserved for them; call it before they are inserted.

    An answer that stands already was settled with it. A call whose answer was lost may have been charged: it counts
    as what was reserved for it.
    """
    await connection.execute(
        """
        WITH settled AS (
            SELECT said.batch_id, sum(coalesce(attempts.reserved, 0)) AS reserved,
                   sum(CASE WHEN said.outcome = 'unknown' THEN greatest(said.cost, attempts.reserved, 0)
                            ELSE said.cost END) AS cost
            FROM unnest($2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::numeric[])
                AS said (batch_id, subject_id, step, provider, attempt, outcome, cost)
            LEFT JOIN attempts ON attempts.client_id = $1 AND attempts.subject_id = said.subject_id
                AND attempts.step = said.step AND attempts.provider = said.provider AND attempts.attempt = said.attempt
            WHERE NOT EXISTS (
                SELECT FROM enrichment_results AS known
                WHERE known.client_id = $1 AND known.subject_id = said.subject_id AND known.step = said.step
                  AND known.provider = said.provider AND known.attempt = said.attempt)
            GROUP BY said.batch_id
        )
        UPDATE batch_runs SET reserved = batch_runs.reserved - settled.reserved, spent = spent + settled.cost
        FROM settled
        WHERE batch_runs.client_id = $1 AND batch_runs.batch_id = settled.batch_id AND budget IS NOT NULL
        """,
        client_id,
        [each.attempt.order.batch_id for each in results],
        [each.attempt.subject_id for each in results],
        [each.attempt.step for each in results],
        [each.attempt.provider for each in results],
        [each.attempt.attempt for each in results],
        [each.outcome.value for each in results],
        [each.cost for each in results],
    )


async def set_budget(connection: Connection, client_id: UUID, batch_id: UUID, budget: Decimal) -> None:
    """Give the batch this budget; one that had none learns what it spent so far."""
    await connection.execute(
        """
        UPDATE batch_runs
        SET budget = $3, spent = CASE WHEN budget IS NOT NULL THEN spent ELSE (
            SELECT coalesce(sum(cost_amount), 0) FROM enrichment_results
            WHERE enrichment_results.client_id = $1 AND enrichment_results.batch_id = $2) END
        WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
        budget,
    )
