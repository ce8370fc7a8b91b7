"""SQL of gates: the limits a client's executors keep together towards a provider (see 0001_limits.sql)."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What an executor tells and wants in one round before a gate.

    `in_use`: calls at work; `wanted`: how many more it would make; `wanted_calls`: how many of these it can
    make now if it has the places; `succeeded`, `failed`: calls that ended since the last round, those that failed
    counted from the last success.
    """

    in_use: int
    wanted: int
    wanted_calls: int
    succeeded: int
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """What a round gave: places held from now on, calls granted, and where there are none, why and how long."""

    places: int
    calls: int
    wait_seconds: float
    reason: str | None
    paused: bool


async def pass_gate(
    connection: Connection, client_id: UUID, provider: str, holder: UUID, ask: Ask, limits: Mapping[str, object]
) -> Passage:
    """Go through one round before the gate."""
    row = await connection.fetchrow(
        "SELECT * FROM pass_gate($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        client_id,
        provider,
        holder,
        ask.in_use,
        ask.wanted,
        ask.wanted_calls,
        ask.succeeded,
        ask.failed,
        dict(limits),
    )
    assert row is not None  # noqa: S101 - a function gives a row
    return Passage(**row)


async def close_gate(connection: Connection, client_id: UUID, provider: str, *, seconds: float, reason: str) -> None:
    """Let nobody pass for this long; a longer rest that is asked for already stays."""
    await connection.execute(
        """
        INSERT INTO provider_gates AS gate (client_id, provider, closed_until, closed_reason)
        VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3), $4)
        ON CONFLICT (client_id, provider)
        DO UPDATE SET closed_until = excluded.closed_until, closed_reason = excluded.closed_reason
        WHERE gate.closed_until < excluded.closed_until
        """,
        client_id,
        provider,
        seconds,
        reason,
    )


async def pause_gate(
    connection: Connection, client_id: UUID, provider: str, *, seconds: float | None, reason: str
) -> None:
    """Pause the provider for the client: for this long, or until somebody lifts it."""
    await connection.execute(
        """
        INSERT INTO provider_gates (client_id, provider, paused_until, paused_reason)
        VALUES ($1, $2, coalesce(clock_timestamp() + make_interval(secs => $3), 'infinity'), $4)
        ON CONFLICT (client_id, provider)
        DO UPDATE SET paused_until = excluded.paused_until, paused_reason = excluded.paused_reason
        """,
        client_id,
        provider,
        seconds,
        reason,
    )


async def lift_gate(connection: Connection, client_id: UUID, provider: str) -> bool:
    """End every pause and rest of the provider for the client; the first call is a trial. False if there was none."""
    lifted = await connection.fetchval(
        """
        UPDATE provider_gates
        SET paused_until = '-infinity', paused_reason = NULL, closed_until = '-infinity', closed_reason = NULL,
            failures = 0, rests = 0, on_trial = true
        WHERE client_id = $1 AND provider = $2
          AND greatest(paused_until, closed_until) > clock_timestamp()
        RETURNING true
        """,
        client_id,
        provider,
    )
    return bool(lifted)
