"""What the text of a filter may stand for: values as they stand in the projected tables."""

from collections.abc import Sequence
from uuid import UUID

from shared.postgres import Connection


async def values_of(connection: Connection, client_id: UUID, kind: str, texts: Sequence[str]) -> list[str]:
    """Return the values of a kind that read as one of the texts, given in lower case."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT value FROM search_words
        WHERE client_id = $1 AND kind = $2 AND word = ANY ($3::text[])
        """,
        client_id,
        kind,
        list(texts),
    )
    return [row["value"] for row in rows]


async def values_with_words(
    connection: Connection, client_id: UUID, kind: str, *, ranges: Sequence[tuple[str, str]]
) -> list[str]:
    """Return the values of a kind that have a word in each of the ranges (from, up to but not including)."""
    rows = await connection.fetch(
        """
        SELECT value
        FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS typed (low, high, number)
        JOIN search_words ON client_id = $1 AND kind = $2 AND word >= typed.low AND word < typed.high
        GROUP BY value
        HAVING count(DISTINCT number) = cardinality($3::text[])
        """,
        client_id,
        kind,
        [low for low, _ in ranges],
        [high for _, high in ranges],
    )
    return [row["value"] for row in rows]


async def company_names_of(connection: Connection, client_id: UUID, name_keys: Sequence[str]) -> list[str]:
    """Return every spelling of the companies with these normalised names."""
    rows = await connection.fetch(
        "SELECT name FROM company_names WHERE client_id = $1 AND name_key = ANY ($2::text[])",
        client_id,
        list(name_keys),
    )
    return [row["name"] for row in rows]


async def company_names_at(connection: Connection, client_id: UUID, domains: Sequence[str]) -> list[str]:
    """Return every spelling under which some batch knows a company with one of these domains."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT company_name FROM batch_companies
        WHERE client_id = $1 AND company_domain = ANY ($2::text[])
        """,
        client_id,
        list(domains),
    )
    return [row["company_name"] for row in rows]


async def company_keys_named(connection: Connection, client_id: UUID, names: Sequence[str]) -> list[str]:
    """Return the keys that companies with these spellings have in some batch."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT company_key FROM batch_companies
        WHERE client_id = $1 AND company_name = ANY ($2::text[])
        """,
        client_id,
        list(names),
    )
    return [row["company_key"] for row in rows]


async def company_keys_like(connection: Connection, client_id: UUID, *, ranges: Sequence[tuple[str, str]]) -> list[str]:
    """Return the keys of companies whose domain, normalised name, or a later word of the name lies in a range."""
    rows = await connection.fetch(
        """
        WITH typed AS (SELECT * FROM unnest($2::text[], $3::text[]) AS typed (low, high))
        SELECT company_key FROM typed
        JOIN batch_companies ON client_id = $1 AND company_domain >= low AND company_domain < high
        UNION
        SELECT company_key FROM typed
        JOIN company_names ON company_names.client_id = $1 AND name_key >= low AND name_key < high
        JOIN batch_companies ON batch_companies.client_id = $1 AND company_name = name
        UNION
        SELECT company_key FROM typed
        JOIN search_words ON search_words.client_id = $1 AND kind = 'company' AND word >= low AND word < high
        JOIN batch_companies ON batch_companies.client_id = $1 AND company_name = value
        """,
        client_id,
        [low for low, _ in ranges],
        [high for _, high in ranges],
    )
    return [row["company_key"] for row in rows]
