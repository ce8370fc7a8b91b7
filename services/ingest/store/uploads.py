"""Uploads, their rows and their bytes."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

import asyncpg

from services.ingest.row_slices import BEGIN, COLUMNS, END
from shared.postgres import Connection


async def new_id(connection: Connection) -> UUID:
    """Return a fresh id from the database's clock."""
    made: UUID = await connection.fetchval("SELECT uuidv7()")
    return made


async def copy_rows(connection: Connection, slices: AsyncIterator[bytes]) -> None:
    """Append rows in COPY's binary form.

    PostgreSQL refuses COPY where row security binds the role, so it is done as one that may only insert.
    """

    async def whole() -> AsyncIterator[bytes]:
        yield BEGIN
        async for some in slices:
            yield some
        yield END

    await connection.execute("SET LOCAL ROLE leadledger_loader")
    await connection.copy_to_table(
        "raw_uploads", schema_name="ingest", source=whole(), columns=COLUMNS, format="binary"
    )
    await connection.execute("RESET ROLE")


async def insert_part(connection: Connection, client_id: UUID, upload_id: UUID, *, part_no: int, zstd: bytes) -> None:
    """Append a part of the file's bytes."""
    await connection.execute(
        "INSERT INTO upload_parts (client_id, upload_id, part_no, zstd) VALUES ($1, $2, $3, $4)",
        client_id,
        upload_id,
        part_no,
        zstd,
    )


async def insert_upload(
    connection: Connection, client_id: UUID, upload_id: UUID, facts: Mapping[str, object]
) -> asyncpg.Record:
    """Append the upload itself, which makes all of it visible with the commit; `facts` are its other columns."""
    row = await connection.fetchrow(
        """
        INSERT INTO uploads (client_id, upload_id, source, filename, sha256, bytes, dialect, header, mapping,
                             unmapped, doubtful, notices, rows, problems)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        RETURNING *
        """,
        client_id,
        upload_id,
        *(
            facts[column]
            for column in (
                *("source", "filename", "sha256", "bytes", "dialect", "header", "mapping"),
                *("unmapped", "doubtful", "notices", "rows", "problems"),
            )
        ),
    )
    assert row is not None  # noqa: S101 - an INSERT returns its row
    return row


async def find_upload(connection: Connection, client_id: UUID, upload_id: UUID) -> asyncpg.Record | None:
    """Return one upload."""
    return await connection.fetchrow(
        "SELECT * FROM mapped_uploads WHERE client_id = $1 AND upload_id = $2",
        client_id,
        upload_id,
    )


async def list_uploads(
    connection: Connection, client_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[asyncpg.Record]:
    """Return uploads, newest first, older than `after`."""
    return await connection.fetch(
        """
        SELECT * FROM mapped_uploads WHERE client_id = $1 AND ($2::uuid IS NULL OR upload_id < $2)
        ORDER BY upload_id DESC LIMIT $3
        """,
        client_id,
        after,
        limit,
    )


async def find_part(connection: Connection, client_id: UUID, upload_id: UUID, *, part_no: int) -> bytes:
    """Return a part of the file's bytes, compressed; the caller knows that there is one."""
    part: bytes = await connection.fetchval(
        "SELECT zstd FROM upload_parts WHERE client_id = $1 AND upload_id = $2 AND part_no = $3",
        client_id,
        upload_id,
        part_no,
    )
    return part
