"""SQL of control: a run is paused, goes on, or ends, whatever its executors are doing."""

from dataclasses import dataclass
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A batch's run as control finds it."""

    state: str
    reason: str | None


async def lock_for_control(connection: Connection, client_id: UUID, batch_id: UUID) -> Run | None:
    """Lock the run until the transaction ends and return it, or None if there is none."""
    row = await connection.fetchrow(
        "SELECT state, reason FROM batch_runs WHERE client_id = $1 AND batch_id = $2 FOR UPDATE", client_id, batch_id
    )
    return None if row is None else Run(**row)


async def pause_run(connection: Connection, client_id: UUID, batch_id: UUID, *, reason: str) -> None:
    """Let the run ask nothing more; what was given out and not taken up is taken back."""
    await connection.execute(
        "UPDATE batch_runs SET state = 'paused', reason = $3 WHERE client_id = $1 AND batch_id = $2",
        client_id,
        batch_id,
        reason,
    )
    await connection.execute(
        """
        UPDATE batch_chunks SET state = 'queued', lease_until = NULL
        WHERE client_id = $1 AND batch_id = $2 AND state = 'dispatched'
        """,
        client_id,
        batch_id,
    )


async def resume_run(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Let a paused run go on."""
    await connection.execute(
        "UPDATE batch_runs SET state = 'running', reason = NULL WHERE client_id = $1 AND batch_id = $2",
        client_id,
        batch_id,
    )


async def end_run(connection: Connection, client_id: UUID, batch_id: UUID, *, state: str, reason: str) -> None:
    """Let the run end as `cancelled` or `failed`: its open chunks are given out once more, at once, to be counted."""
    await connection.execute(
        """
        UPDATE batch_runs SET state = $3, reason = $4, completed_at = NULL WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
        state,
        reason,
    )
    await connection.execute(
        """
        UPDATE batch_chunks SET run_at = clock_timestamp() WHERE client_id = $1 AND batch_id = $2 AND state = 'queued'
        """,
        client_id,
        batch_id,
    )
