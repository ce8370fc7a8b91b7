"""Projections beside the live one: where a rebuild writes, and what is moved in whose place."""

from typing import Literal, TypeAlias
from uuid import UUID

import asyncpg

from services.projector.store.batches import Projection
from shared.postgres import Connection

Place: TypeAlias = Literal["projection", "projection_draft", "projection_former"]
"""The schema with the live rows, with the draft's, with those that a promotion took the place of."""


async def write_beside(connection: Connection) -> None:
    """Let the statements that write a projection write the draft, until `write_live_again`."""
    await connection.execute(
        "SELECT set_config('search_path', 'projection_draft, shared, ingest, execution, projection', true)"
    )


async def write_live_again(connection: Connection) -> None:
    """Let the statements that write a projection write the live rows."""
    await connection.execute("SELECT set_config('search_path', 'shared, ingest, execution, projection', true)")


async def move(connection: Connection, client_id: UUID, batch_id: UUID, *, origin: Place, destination: Place) -> None:
    """Put what one place has of the batch in the place of what the other has."""
    await connection.execute(
        "CALL projection.move_projection($1, $2, $3, $4)", origin, destination, client_id, batch_id
    )


async def clear(connection: Connection, client_id: UUID, batch_id: UUID, place: Place) -> bool:
    """Forget what the place has of the batch; False if it had nothing."""
    found = await projection_in(connection, client_id, batch_id, place) is not None
    await connection.execute("CALL projection.clear_projection($1, $2, $3)", place, client_id, batch_id)
    return found


async def projection_in(connection: Connection, client_id: UUID, batch_id: UUID, place: Place) -> Projection | None:
    """Return what the place has of the batch, or None if nothing."""
    row: asyncpg.Record | None = await connection.fetchrow(
        """
        SELECT client_id, batch_id, completion, rules, sources, as_of, leads, jobs, errors
        FROM (
            SELECT 'projection' AS place, * FROM projection.projections WHERE client_id = $1 AND batch_id = $2
            UNION ALL
            SELECT 'projection_draft', * FROM projection_draft.projections WHERE client_id = $1 AND batch_id = $2
            UNION ALL
            SELECT 'projection_former', * FROM projection_former.projections WHERE client_id = $1 AND batch_id = $2
        ) AS known
        WHERE place = $3
        """,
        client_id,
        batch_id,
        place,
    )
    return None if row is None else Projection(**row)


async def mark_projected_now(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Say that the live rows of the batch are what they are since now."""
    await connection.execute(
        "UPDATE projections SET projected_at = clock_timestamp() WHERE client_id = $1 AND batch_id = $2",
        client_id,
        batch_id,
    )
