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


async def pause_run(
    connection: Connection, client_id: UUID, batch_id: UUID, *, reason: str, paused_for: str | None = None
) -> None:
    """Let the run ask nothing more; what was given out and not taken up is taken back.

    `paused_for`: the provider that must be helped first; whoever helps it lets the run go on.
    """
    await connection.execute(
        """
        UPDATE batch_runs SET state = 'paused', reason = $3, paused_for = $4 WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
        reason,
        paused_for,
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
    """Let a paused run go on; chunks that waited for help are tried."""
    await connection.execute(
        """
        UPDATE batch_runs SET state = 'running', reason = NULL, paused_for = NULL WHERE client_id = $1 AND batch_id = $2
        """,
        client_id,
        batch_id,
    )
    await connection.execute(
        """
        UPDATE batch_chunks SET run_at = clock_timestamp()
        WHERE client_id = $1 AND batch_id = $2 AND state = 'queued' AND run_at = 'infinity'
        """,
        client_id,
        batch_id,
    )


async def end_run(connection: Connection, client_id: UUID, batch_id: UUID, *, state: str, reason: str) -> None:
    """Let the run end as `cancelled` or `failed`: its open chunks are given out once more, at once, to be counted.

    One that is at work does not rest when it is given back, however long it wants to.
    """
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
        UPDATE batch_chunks
        SET woken = true, run_at = CASE WHEN state = 'queued' THEN clock_timestamp() ELSE run_at END
        WHERE client_id = $1 AND batch_id = $2 AND state <> 'done'
        """,
        client_id,
        batch_id,
    )


async def provider_to_be_helped(
    connection: Connection, client_id: UUID, batch_id: UUID, *, most_waiting: int
) -> tuple[str, str] | None:
    """Return a provider and its pause's reason if nothing of the running batch can go on before somebody acts.

    So it is if no chunk is at work, each that was begun waits, itself or for what another chunk asks, for a provider
    that is paused without end, and no fresh one is to be begun. The run must be locked.
    """
    row = await connection.fetchrow(
        """
        SELECT gate.provider, gate.paused_reason
        FROM batch_runs AS run
        JOIN LATERAL (
            SELECT count(*) FILTER (WHERE state IN ('dispatched', 'running')) AS at_work,
                   count(*) FILTER (WHERE state = 'queued' AND epoch = 0) AS fresh,
                   count(*) FILTER (WHERE state = 'queued' AND epoch > 0 AND waiting_for IS NULL) AS due,
                   count(DISTINCT waiting_for) FILTER (WHERE state = 'queued' AND run_at <> 'infinity'
                       AND NOT EXISTS (SELECT FROM provider_gates AS known
                                       WHERE known.client_id = $1 AND known.provider = waiting_for
                                         AND known.paused_until = 'infinity')) AS resting,
                   count(*) FILTER (WHERE state = 'queued' AND run_at = 'infinity') AS stuck,
                   min(waiting_for) FILTER (WHERE state = 'queued' AND run_at = 'infinity') AS provider
            FROM batch_chunks WHERE batch_chunks.client_id = $1 AND batch_chunks.batch_id = $2
        ) AS chunks ON true
        JOIN provider_gates AS gate ON gate.client_id = $1 AND gate.provider = chunks.provider
        WHERE run.client_id = $1 AND run.batch_id = $2 AND run.state = 'running'
          AND at_work = 0 AND due = 0 AND resting = 0 AND stuck > 0 AND (fresh = 0 OR stuck >= $3)
          AND gate.paused_until = 'infinity'
        """,
        client_id,
        batch_id,
        most_waiting,
    )
    return None if row is None else (row["provider"], row["paused_reason"])


async def wake_chunks(connection: Connection, client_id: UUID, provider: str) -> None:
    """Let the client's chunks that wait before this provider's gate be tried now."""
    await connection.execute(
        """
        UPDATE batch_chunks SET run_at = clock_timestamp()
        WHERE client_id = $1 AND state = 'queued' AND waiting_for = $2 AND run_at > clock_timestamp()
        """,
        client_id,
        provider,
    )


async def runs_paused_for(connection: Connection, client_id: UUID, provider: str) -> list[UUID]:
    """Lock and return the client's batches that are paused until this provider is helped."""
    rows = await connection.fetch(
        """
        SELECT batch_id FROM batch_runs
        WHERE client_id = $1 AND state = 'paused' AND paused_for = $2 ORDER BY batch_id FOR UPDATE
        """,
        client_id,
        provider,
    )
    return [row["batch_id"] for row in rows]
