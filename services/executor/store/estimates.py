"""SQL of estimates: rows of an upload as they would be asked about, and how often a client was answered before."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadToEstimate:
    """An upload: its kind, how many of its rows would become items, and its rows' number."""

    source: str
    rows: int
    items: int


async def find_upload(connection: Connection, client_id: UUID, upload_id: UUID) -> UploadToEstimate | None:
    """Return the upload, or None if the client has none of this id."""
    row = await connection.fetchrow(
        """
        SELECT source, rows, rows - (
            SELECT count(*) FROM raw_uploads
            WHERE raw_uploads.client_id = $1 AND raw_uploads.upload_id = $2
              AND problems IS NOT NULL AND problems && '{blank_line,empty_record,repeated_header}') AS items
        FROM uploads WHERE client_id = $1 AND upload_id = $2
        """,
        client_id,
        upload_id,
    )
    return None if row is None else UploadToEstimate(**row)


async def spread_rows(connection: Connection, client_id: UUID, upload_id: UUID, *, every: int) -> list[int]:
    """Return the numbers of each so many-th row that is not blank and no repeated header."""
    rows = await connection.fetch(
        """
        SELECT row_no FROM raw_uploads
        WHERE client_id = $1 AND upload_id = $2 AND row_no % $3 = 0
          AND NOT coalesce(problems && '{blank_line,empty_record,repeated_header}', false)
        ORDER BY row_no
        """,
        client_id,
        upload_id,
        every,
    )
    return [row["row_no"] for row in rows]


async def inputs_of(
    connection: Connection,
    client_id: UUID,
    upload_id: UUID,
    *,
    last: int,
    rows: Sequence[int] | None,
    most: int | None,
) -> list[dict[str, Any]]:
    """Return the inputs of these rows, or of the first `most` that can be asked about.

    They are cleaned where cleaning decides whether there is a value at all.
    """
    found = await connection.fetch(
        """
        WITH mapped AS (
            SELECT array_agg(field ORDER BY field, place) AS fields,
                   array_agg(column_no ORDER BY field, place) AS columns,
                   array_agg(CASE field WHEN 'email' THEN 'email' WHEN 'linkedin_url' THEN 'linkedin_person'
                                        WHEN 'company_domain' THEN 'domain' ELSE 'text' END
                             ORDER BY field, place) AS kinds
            FROM (
                SELECT asked.field, asked.rank * 100 + source.place AS place,
                       (source.told ->> 'column')::integer AS column_no
                FROM mapped_uploads
                CROSS JOIN LATERAL jsonb_each(mapping) AS known (field, told)
                CROSS JOIN LATERAL (
                    SELECT known.field, 0 AS rank
                    UNION ALL SELECT 'company_domain', 1 WHERE known.field = 'company_website'
                ) AS asked
                CROSS JOIN LATERAL (
                    SELECT known.told, 0 AS place
                    UNION ALL
                    SELECT each, n
                    FROM jsonb_array_elements(known.told -> 'fallbacks') WITH ORDINALITY AS other (each, n)
                ) AS source
                WHERE client_id = $1 AND upload_id = $2
            ) AS choices
        )
        SELECT input
        FROM mapped, canonical_inputs($1, $2, 1, $3, $4::integer[], $5, fields, columns, kinds)
        WHERE fields IS NOT NULL
        """,
        client_id,
        upload_id,
        last,
        None if rows is None else list(rows),
        most,
    )
    return [row["input"] for row in found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Experience:
    """How a provider answered a client so far: of so many questions, and what an answer that was charged cost."""

    asked: int
    answered: int
    cost: Decimal | None


async def experience_of(connection: Connection, client_id: UUID) -> dict[str, Experience]:
    """Return the experience with each provider over the client's last batches."""
    rows = await connection.fetch(
        """
        SELECT provider, count(*) AS asked, count(*) FILTER (WHERE outcome = 'ok') AS answered,
               avg(cost_amount) FILTER (WHERE cost_amount > 0) AS cost
        FROM enrichment_results
        WHERE client_id = $1 AND outcome IN ('ok', 'no_match')
          AND batch_id IN (SELECT batch_id FROM batch_runs WHERE client_id = $1 ORDER BY batch_id DESC LIMIT 20)
        GROUP BY provider
        """,
        client_id,
    )
    return {row["provider"]: Experience(asked=row["asked"], answered=row["answered"], cost=row["cost"]) for row in rows}
