"""The rows of an upload, as they are looked at before a launch."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from services.ingest.cleaning import Cleaning
from shared.postgres import Connection

_SAMPLED_ROWS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RowFilter:
    """Rows behind row `after`: with a problem, with one of these problems, with a text, with a duplicate before."""

    after: int
    limit: int
    flagged: bool = False
    problems: Sequence[str] | None = None
    text: str | None = None
    duplicates: bool = False


async def list_rows(
    connection: Connection, client_id: UUID, upload_id: UUID, wanted: RowFilter
) -> Sequence[asyncpg.Record]:
    """Return rows in order; each knows the number of the row that follows, if one does.

    Fewer than the limit come where rows are big, so that no page is.
    """
    return await connection.fetch(
        """
        SELECT row_no, line_no, cells, problems, following, coalesce(
            (SELECT jsonb_agg(jsonb_build_object('kind', kind, 'of_upload_id', of_upload_id, 'of_row_no', of_row_no)
                              ORDER BY kind)
             FROM duplicate_rows
             WHERE client_id = $1 AND upload_id = $2 AND duplicate_rows.row_no = page.row_no), '[]') AS duplicates
        FROM (
            SELECT row_no, line_no, cells, problems, lead(row_no) OVER (ORDER BY row_no) AS following,
                   sum(bytes) OVER (ORDER BY row_no) - bytes AS bytes_before
            FROM (
                -- The empty array makes a plain copy, whose size is the true one.
                SELECT row_no, line_no, cells, problems, pg_column_size(cells || '[]') AS bytes FROM raw_uploads
                WHERE client_id = $1 AND upload_id = $2 AND row_no > $3 AND (NOT $5::boolean OR problems IS NOT NULL)
                    AND ($6::text[] IS NULL OR problems && $6)
                    AND ($7::text IS NULL OR EXISTS (
                        SELECT FROM jsonb_array_elements_text(cells) AS cell WHERE strpos(lower(cell), lower($7)) > 0))
                    AND (NOT $8::boolean OR EXISTS (
                        SELECT FROM duplicate_rows
                        WHERE client_id = $1 AND upload_id = $2 AND duplicate_rows.row_no = raw_uploads.row_no))
                ORDER BY row_no LIMIT $4 + 1
            ) AS behind
        ) AS page
        WHERE bytes_before < 8000000 ORDER BY row_no LIMIT $4
        """,
        client_id,
        upload_id,
        wanted.after,
        wanted.limit,
        wanted.flagged,
        wanted.problems,
        wanted.text,
        wanted.duplicates,
    )


async def count_filled(connection: Connection, client_id: UUID, upload_id: UUID, *, rows: int) -> dict[int, int]:
    """Return for columns how many of the sampled rows have a value there."""
    found = await connection.fetch(
        """
        SELECT cell.number - 1 AS column_no, count(*) AS filled
        FROM raw_uploads, jsonb_array_elements_text(cells) WITH ORDINALITY AS cell (value, number)
        WHERE client_id = $1 AND upload_id = $2 AND row_no = ANY ($3::integer[]) AND cell.value <> ''
        GROUP BY cell.number
        """,
        client_id,
        upload_id,
        sampled_rows(rows),
    )
    return {row["column_no"]: row["filled"] for row in found}


def sampled_rows(rows: int) -> list[int]:
    """Return the numbers of ten thousand rows, evenly spread, or of all there are."""
    return list(range(1, rows + 1, max(1, -(-rows // _SAMPLED_ROWS))))


async def list_inputs(
    connection: Connection, client_id: UUID, upload_id: UUID, *, first: int, last: int, cleaning: Cleaning
) -> Sequence[asyncpg.Record]:
    """Return what a batch would ask with, for the rows that it would take of these: row_no, input, askable."""
    return await connection.fetch(
        """
        SELECT row_no, input, can_be_asked_about(input) AS askable
        FROM canonical_inputs($1, $2, $3, $4, NULL, NULL, $5, $6, $7)
        """,
        client_id,
        upload_id,
        first,
        last,
        cleaning.fields,
        cleaning.columns,
        cleaning.kinds,
    )
