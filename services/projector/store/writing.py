"""The last steps of a rebuild: the rows that are as they should be stay, the others go, those missing come.

A batch that was never projected is written straight away. Rebuilt again, hardly any row differs: to compare them
costs less than to write them with their indexes, and leaves nothing to clean up.
"""

from collections.abc import Sequence
from uuid import UUID

from services.projector.store.drafts import Place
from services.projector.store.reading import look_rows_up
from shared.postgres import Connection


async def is_written(connection: Connection, client_id: UUID, batch_id: UUID) -> bool:
    """Tell whether the tables hold anything of the batch."""
    found: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM final_leads WHERE client_id = $1 AND batch_id = $2)", client_id, batch_id
    )
    return found


async def hold_back(connection: Connection) -> None:
    """Let the statements that write a projection write temporary tables, until `insert_missing`."""
    await connection.execute("CALL projection.hold_back()")


async def delete_changed(connection: Connection, place: Place, client_id: UUID, batch_id: UUID) -> None:
    """Delete the batch's rows that are not among those held back."""
    await look_rows_up(connection)
    await connection.execute("CALL projection.delete_changed($1, $2, $3)", place, client_id, batch_id)


async def insert_missing(connection: Connection, place: Place, client_id: UUID) -> None:
    """Insert what is held back and not there, and hold nothing back any longer."""
    await connection.execute("CALL projection.insert_missing($1, $2)", place, client_id)


async def write_errors(
    connection: Connection, client_id: UUID, batch_id: UUID, *, providers: Sequence[str], limit: int
) -> None:
    """Write the first of what could not be read; `providers` names each source by source_no."""
    await connection.execute(
        """
        INSERT INTO projection_errors (
            client_id, batch_id, error_no, batch_item_id, provider, result_id, json_path, problem)
        SELECT $1, $2, row_number() OVER first_items, batch_item_id, ($3::text[])[source_no + 1], result_id, json_path,
               'What stands there can''t be read as what it should be; the lead has no value from it.'
        FROM unread_paths
        WINDOW first_items AS (ORDER BY batch_item_id, source_no, json_path COLLATE "C")
        ORDER BY 3
        LIMIT $4
        """,
        client_id,
        batch_id,
        list(providers),
        limit,
    )


async def write_search_words(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Add the words that lead to this batch's titles, industries and places."""
    await connection.execute(
        r"""
        INSERT INTO search_words (client_id, kind, word, value)
        WITH lead AS (
            SELECT title, industry, city, state, country
            FROM final_leads WHERE client_id = $1 AND batch_id = $2
        ), told AS (
            SELECT 'title' AS kind, title AS value FROM (SELECT title FROM lead UNION SELECT title FROM jobs) AS titles
            UNION ALL SELECT DISTINCT 'industry', industry FROM lead
            UNION ALL SELECT DISTINCT 'city', city FROM lead
            UNION ALL SELECT DISTINCT 'state', state FROM lead
            UNION ALL SELECT DISTINCT 'country', country FROM lead
        )
        SELECT DISTINCT $1::uuid, kind COLLATE pg_c_utf8, left(word, 100) COLLATE pg_c_utf8 AS word,
               value COLLATE pg_c_utf8
        FROM told
        CROSS JOIN LATERAL regexp_split_to_table(
            lower(value COLLATE pg_c_utf8), CASE kind WHEN 'title' THEN '[^[:alnum:]]+' ELSE '$^' END) AS word
        WHERE word <> ''
        ORDER BY 2, 3, 4
        ON CONFLICT DO NOTHING
        """,
        client_id,
        batch_id,
    )
