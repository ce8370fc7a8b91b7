"""Uploads of the source `customers`: their rows, and which of them were taken up."""

from uuid import UUID

from shared.postgres import Connection


async def is_taken(connection: Connection, client_id: UUID, upload_id: UUID) -> bool:
    """Tell whether this upload was taken up."""
    taken: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM customer_uploads WHERE client_id = $1 AND upload_id = $2)", client_id, upload_id
    )
    return taken


async def is_late(connection: Connection, client_id: UUID, upload_id: UUID) -> bool:
    """Tell whether a later upload was taken up before this one; their ids are in the order of their arrival."""
    late: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM customer_uploads WHERE client_id = $1 AND upload_id > $2)", client_id, upload_id
    )
    return late


async def mark_taken(connection: Connection, client_id: UUID, upload_id: UUID, *, customers: int | None) -> None:
    """Say that the upload, if there is such a one, needs no more attention."""
    await connection.execute(
        """
        INSERT INTO customer_uploads (client_id, upload_id, customers)
        SELECT client_id, upload_id, $3 FROM uploads WHERE client_id = $1 AND upload_id = $2
        """,
        client_id,
        upload_id,
        customers,
    )


async def rows_of(connection: Connection, client_id: UUID, upload_id: UUID) -> list[dict[str, str | None]]:
    """Return name, domain and linkedin of each row, as the upload's columns were understood; blank cells are NULL.

    A row without a domain goes by its website.
    """
    rows = await connection.fetch(
        r"""
        SELECT nullif(btrim(cells ->> (mapping #>> '{company_name,column}')::integer), '') AS name,
               coalesce(nullif(btrim(cells ->> (mapping #>> '{company_domain,column}')::integer), ''),
                        nullif(btrim(cells ->> (mapping #>> '{company_website,column}')::integer), '')) AS domain,
               nullif(btrim(cells ->> (mapping #>> '{company_linkedin_url,column}')::integer), '') AS linkedin
        FROM raw_uploads JOIN uploads USING (client_id, upload_id)
        WHERE client_id = $1 AND upload_id = $2
        ORDER BY row_no
        """,
        client_id,
        upload_id,
    )
    return [dict(row) for row in rows]


async def uploads_to_take(duties: Connection, *, quiet_seconds: float, limit: int) -> list[tuple[UUID, UUID]]:
    """Return client and upload of customers that arrived a while ago and were not taken up, the oldest first.

    For the duties' role: it looks across clients.
    """
    rows = await duties.fetch(
        """
        SELECT client_id, upload_id
        FROM uploads
        WHERE source = 'customers' AND received_at < clock_timestamp() - make_interval(secs => $1)
        AND NOT EXISTS (
            SELECT FROM customer_uploads AS taken
            WHERE taken.client_id = uploads.client_id AND taken.upload_id = uploads.upload_id)
        ORDER BY upload_id
        LIMIT $2
        """,
        quiet_seconds,
        limit,
    )
    return [(row["client_id"], row["upload_id"]) for row in rows]
