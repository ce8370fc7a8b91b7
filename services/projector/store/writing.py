"""The last steps of a rebuild: the old rows of the batch go, the new ones come."""

from collections.abc import Sequence
from uuid import UUID

from shared.postgres import Connection


async def clear_batch(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Delete what the tables hold of the batch."""
    for statement in (
        """
        DELETE FROM person_work_history USING final_leads
        WHERE final_leads.client_id = $1 AND final_leads.batch_id = $2
        AND person_work_history.client_id = $1 AND person_work_history.batch_item_id = final_leads.batch_item_id
        """,
        """
        DELETE FROM lead_emails USING final_leads
        WHERE final_leads.client_id = $1 AND final_leads.batch_id = $2
        AND lead_emails.client_id = $1 AND lead_emails.batch_item_id = final_leads.batch_item_id
        """,
        """
        DELETE FROM customer_matches USING final_leads
        WHERE final_leads.client_id = $1 AND final_leads.batch_id = $2
        AND customer_matches.client_id = $1 AND customer_matches.batch_item_id = final_leads.batch_item_id
        """,
        "DELETE FROM final_leads WHERE client_id = $1 AND batch_id = $2",
        "DELETE FROM batch_companies WHERE client_id = $1 AND batch_id = $2",
        "DELETE FROM projection_errors WHERE client_id = $1 AND batch_id = $2",
    ):
        await connection.execute(statement, client_id, batch_id)


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
