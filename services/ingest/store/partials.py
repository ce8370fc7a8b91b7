"""What has arrived of files that come in pieces."""

from uuid import UUID

from shared.postgres import Connection


async def insert_partial(connection: Connection, client_id: UUID) -> UUID:
    """Begin a file, and forget the client's that were begun more than two days ago; return its id."""
    await connection.execute(
        "DELETE FROM partial_uploads WHERE client_id = $1 AND begun_at < now() - interval '2 days'", client_id
    )
    made: UUID = await connection.fetchval(
        "INSERT INTO partial_uploads (client_id) VALUES ($1) RETURNING partial_id", client_id
    )
    return made


async def find_received(
    connection: Connection, client_id: UUID, partial_id: UUID, *, for_more: bool = False
) -> int | None:
    """Return how many bytes have arrived, None of an unknown file; `for_more` keeps others from adding any."""
    if for_more:
        await connection.execute(
            "SELECT FROM partial_uploads WHERE client_id = $1 AND partial_id = $2 FOR UPDATE", client_id, partial_id
        )
    received: int | None = await connection.fetchval(
        "SELECT received FROM partial_uploads WHERE client_id = $1 AND partial_id = $2", client_id, partial_id
    )
    return received


async def append_piece(
    connection: Connection, client_id: UUID, partial_id: UUID, *, begins_at: int, size: int, zstd: bytes
) -> None:
    """Append the next bytes."""
    await connection.execute(
        "INSERT INTO partial_pieces (client_id, partial_id, begins_at, zstd) VALUES ($1, $2, $3, $4)",
        client_id,
        partial_id,
        begins_at,
        zstd,
    )
    await connection.execute(
        "UPDATE partial_uploads SET received = $3 WHERE client_id = $1 AND partial_id = $2",
        client_id,
        partial_id,
        begins_at + size,
    )


async def find_piece(connection: Connection, client_id: UUID, partial_id: UUID, *, begins_at: int) -> bytes | None:
    """Return the piece that begins at this byte, compressed, or None."""
    piece: bytes | None = await connection.fetchval(
        "SELECT zstd FROM partial_pieces WHERE client_id = $1 AND partial_id = $2 AND begins_at = $3",
        client_id,
        partial_id,
        begins_at,
    )
    return piece
