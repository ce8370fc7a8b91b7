"""The companies of a batch: the dictionaries that Python fills, and the key that tells them apart."""

from collections.abc import Sequence
from uuid import UUID

from shared.postgres import Connection


async def names_to_normalise(connection: Connection, client_id: UUID, normaliser: int) -> list[str]:
    """Return the names that this version of the normaliser has not seen."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT company_name AS name
        FROM told_companies
        WHERE company_name <> '' AND NOT EXISTS (
            SELECT FROM company_names
            WHERE client_id = $1 AND name = told_companies.company_name AND normaliser = $2)
        """,
        client_id,
        normaliser,
    )
    return [row["name"] for row in rows]


async def keep_names(
    connection: Connection, client_id: UUID, normaliser: int, names: Sequence[tuple[str, str, Sequence[str]]]
) -> None:
    """Keep names with their key and their other keys. In order: two rebuilds can't wait for each other's words."""
    await connection.execute(
        """
        INSERT INTO company_names (client_id, name, name_key, other_keys, normaliser)
        SELECT $1, name, name_key, coalesce(string_to_array(nullif(other_keys, ''), E'\\n'), '{}'), $2
        FROM unnest($3::text[], $4::text[], $5::text[]) AS named (name, name_key, other_keys)
        ORDER BY name COLLATE "C"
        ON CONFLICT (client_id, name) DO UPDATE
        SET name_key = excluded.name_key, other_keys = excluded.other_keys, normaliser = excluded.normaliser
        """,
        client_id,
        normaliser,
        [name for name, _, _ in names],
        [key for _, key, _ in names],
        ["\n".join(others) for _, _, others in names],
    )


async def keep_name_words(connection: Connection, client_id: UUID, names: Sequence[str]) -> None:
    """Add the words that lead to names; but for the first, for by its beginning a name is found in `company_names`."""
    await connection.execute(
        r"""
        INSERT INTO search_words (client_id, kind, word, value)
        SELECT DISTINCT $1::uuid, 'company', left(word, 100) COLLATE pg_c_utf8 AS word, name COLLATE pg_c_utf8 AS value
        FROM unnest($2::text[]) AS name
        CROSS JOIN LATERAL regexp_split_to_table(lower(name COLLATE pg_c_utf8), '[^[:alnum:]]+')
            WITH ORDINALITY AS split (word, number)
        WHERE word <> '' AND number > 1
        ORDER BY word, value
        ON CONFLICT DO NOTHING
        """,
        client_id,
        list(names),
    )


async def sites_to_reduce(connection: Connection, client_id: UUID, normaliser: int) -> list[str]:
    """Return the addresses of sites whose domain is not known yet."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT company_website AS website
        FROM told_companies
        WHERE company_website <> '' AND NOT EXISTS (
            SELECT FROM company_sites
            WHERE client_id = $1 AND website = told_companies.company_website AND normaliser = $2)
        """,
        client_id,
        normaliser,
    )
    return [row["website"] for row in rows]


async def keep_sites(
    connection: Connection, client_id: UUID, normaliser: int, sites: Sequence[tuple[str, str | None]]
) -> None:
    """Keep addresses of sites with the domain each is at, or none."""
    await connection.execute(
        """
        INSERT INTO company_sites (client_id, website, domain, normaliser)
        SELECT $1, website, domain, $2
        FROM unnest($3::text[], $4::text[]) AS reduced (website, domain)
        ORDER BY website COLLATE "C"
        ON CONFLICT (client_id, website) DO UPDATE SET domain = excluded.domain, normaliser = excluded.normaliser
        """,
        client_id,
        normaliser,
        [website for website, _ in sites],
        [domain for _, domain in sites],
    )


async def tell_companies_apart(connection: Connection, client_id: UUID, not_companies: Sequence[str]) -> None:
    """Make the temporary table `known_companies`: each spelling with its domain and its key.

    A name that the batch's answers tie to one domain, and to no other, has that domain wherever it stands alone:
    that is what joins a provider that knows names only with one that knows sites.
    """
    await connection.execute(
        """
        CREATE TEMP TABLE known_companies ON COMMIT DROP AS
        WITH known AS (
            SELECT told.*, company_sites.domain AS site, company_names.name_key
            FROM told_companies AS told
            LEFT JOIN company_names ON company_names.client_id = $1 AND company_names.name = told.company_name
            LEFT JOIN company_sites ON company_sites.client_id = $1 AND company_sites.website = told.company_website
        ), ties AS (
            SELECT name_key, min(site) AS domain
            FROM known
            WHERE site IS NOT NULL AND name_key IS NOT NULL AND name_key <> ALL ($2::text[])
            GROUP BY name_key
            HAVING min(site) = max(site)
        ), keyed AS (
            SELECT known.company_name, known.company_website, known.company_page, known.page, known.site,
                   coalesce(known.site, ties.domain) AS company_domain,
                   known.site IS NULL AND ties.domain IS NOT NULL AS domain_is_inferred,
                   coalesce(known.site, ties.domain, known.name_key, known.page) AS company_key
            FROM known LEFT JOIN ties USING (name_key)
        )
        SELECT keyed.*,
               (row_number() OVER (ORDER BY company_name COLLATE "C", company_website COLLATE "C",
                                            company_page COLLATE "C"))::integer AS company_no,
               (dense_rank() OVER (ORDER BY company_key))::integer AS key_no
        FROM keyed
        WHERE company_key IS NOT NULL
        """,
        client_id,
        list(not_companies),
    )
    await connection.execute("ANALYZE known_companies")
