"""Customer matches: which jobs were at a company on the client's list, and how we know.

`worked_at_customer` means: at least one job that is not held now (it is over, or nobody says that it is held) was at
a customer. A present job at a customer is a match as well, but by itself it is not `worked_at`.
"""

from uuid import UUID

from shared.postgres import Connection


async def match_jobs(connection: Connection, client_id: UUID) -> None:
    """Make the temporary tables `spellings`, `matches` and `at_customer` for the jobs of a rebuild."""
    await connection.execute(
        """
        CREATE TEMP TABLE spellings ON COMMIT DROP AS
        SELECT (row_number() OVER (ORDER BY company_no, told.company_linkedin COLLATE "C"))::integer AS spelling_no,
               company_no, coalesce(nullif(company_name, ''), company_key) AS company_name, company_key,
               company_domain, told.company_linkedin
        FROM (
            SELECT company_no, page AS company_linkedin FROM known_companies
            UNION
            SELECT company_no, company_linkedin FROM jobs WHERE other_sources IS NOT NULL
        ) AS told
        JOIN known_companies USING (company_no)
        """
    )
    await _find_evidence(connection, client_id)
    await connection.execute(
        """
        CREATE TEMP TABLE matches ON COMMIT DROP AS
        SELECT batch_item_id, job_no, customer_id, tier, is_current
        FROM jobs
        JOIN spellings ON spellings.company_no = jobs.company_no
            AND spellings.company_linkedin IS NOT DISTINCT FROM jobs.company_linkedin
        JOIN evidence USING (spelling_no)
        """
    )
    await connection.execute(
        """
        CREATE TEMP TABLE at_customer ON COMMIT DROP AS
        SELECT DISTINCT batch_item_id FROM matches WHERE is_current IS NOT TRUE
        """
    )
    await connection.execute("ANALYZE at_customer")


async def _find_evidence(connection: Connection, client_id: UUID) -> None:
    """Make the temporary table `evidence`: which of `spellings` is which customer, by the strongest tier.

    linkedin: the same page. domain: the same registrable domain. name_exact: the same name to the letter.
    name_normalised: the same but for legal form, punctuation, case and accents, former names included.
    Before all of them goes what the client decided of a customer and a company: confirmed, or no match at all.
    """
    await connection.execute("ANALYZE spellings")
    await connection.execute(
        """
        CREATE TEMP TABLE evidence ON COMMIT DROP AS
        WITH decided AS (
            SELECT DISTINCT ON (customer_id, company_key) customer_id, company_key, verdict
            FROM customer_verdicts WHERE client_id = $1
            ORDER BY customer_id, company_key, verdict_no DESC
        ), found AS (
            SELECT spelling_no, customer_id, 1 AS strength
            FROM spellings JOIN decided USING (company_key) JOIN client_customers AS customer USING (customer_id)
            WHERE customer.client_id = $1 AND verdict = 'confirm'
            UNION ALL
            SELECT spelling_no, customer_id, 2
            FROM spellings JOIN client_customers AS customer ON customer.linkedin = spellings.company_linkedin
            WHERE customer.client_id = $1
            UNION ALL
            SELECT spelling_no, customer_id, 3
            FROM spellings JOIN client_customers AS customer ON customer.domain = spellings.company_domain
            WHERE customer.client_id = $1
            UNION ALL
            SELECT spelling_no, customer_id, 4
            FROM spellings JOIN client_customers AS customer ON customer.name = spellings.company_name
            WHERE customer.client_id = $1
            UNION ALL
            SELECT spelling_no, customer_id, 5
            FROM spellings
            JOIN company_names ON company_names.client_id = $1 AND company_names.name = spellings.company_name
            CROSS JOIN LATERAL unnest(company_names.name_key || company_names.other_keys) AS spelled (name_key)
            JOIN (
                SELECT customer_id, unnest(name_key || other_keys) AS name_key
                FROM client_customers WHERE client_id = $1
            ) AS named ON named.name_key = spelled.name_key
        )
        SELECT spelling_no, customer_id,
               (ARRAY['confirmed', 'linkedin', 'domain', 'name_exact', 'name_normalised'])[min(strength)] AS tier
        FROM found
        WHERE NOT EXISTS (
            SELECT FROM spellings JOIN decided USING (company_key)
            WHERE spellings.spelling_no = found.spelling_no AND decided.customer_id = found.customer_id
            AND verdict = 'reject')
        GROUP BY spelling_no, customer_id
        """,
        client_id,
    )
    await connection.execute("ANALYZE evidence")


async def write_matches(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Write the matches of a rebuild, and the companies that a later list of customers is matched against."""
    await connection.execute(
        """
        INSERT INTO customer_matches (client_id, batch_item_id, job_no, customer_id, batch_id, tier)
        SELECT $1, batch_item_id, job_no, customer_id, $2, tier
        FROM matches
        ORDER BY batch_item_id, job_no, customer_id
        """,
        client_id,
        batch_id,
    )
    await connection.execute(
        """
        INSERT INTO batch_companies (
            client_id, batch_id, company_no, company_name, company_key, company_domain, company_linkedin)
        SELECT $1, $2, spelling_no, company_name, company_key, company_domain, company_linkedin
        FROM spellings
        ORDER BY spelling_no
        """,
        client_id,
        batch_id,
    )


async def rematch(connection: Connection, client_id: UUID, batch_id: UUID | None = None) -> int:
    """Match the projected jobs of the batch (None: of every batch) with the present customers.

    Returns how many leads changed sides.
    """
    # A rebuild in the same transaction made its own.
    await connection.execute("DROP TABLE IF EXISTS pg_temp.spellings, pg_temp.evidence, pg_temp.at_customer")
    await connection.execute(
        """
        CREATE TEMP TABLE spellings ON COMMIT DROP AS
        SELECT (row_number() OVER ())::integer AS spelling_no, told.*
        FROM (
            SELECT DISTINCT company_name, company_key, company_domain, company_linkedin
            FROM batch_companies WHERE client_id = $1 AND ($2::uuid IS NULL OR batch_id = $2)
        ) AS told
        """,
        client_id,
        batch_id,
    )
    await _find_evidence(connection, client_id)
    await connection.execute(
        "DELETE FROM customer_matches WHERE client_id = $1 AND ($2::uuid IS NULL OR batch_id = $2)", client_id, batch_id
    )
    await connection.execute(
        """
        INSERT INTO customer_matches (client_id, batch_item_id, job_no, customer_id, batch_id, tier)
        SELECT $1, job.batch_item_id, job.job_no, evidence.customer_id, job.batch_id, evidence.tier
        FROM evidence
        JOIN spellings USING (spelling_no)
        JOIN person_work_history AS job ON job.client_id = $1 AND job.company_name = spellings.company_name
            AND job.company_key = spellings.company_key
            AND job.company_domain IS NOT DISTINCT FROM spellings.company_domain
            AND job.company_linkedin IS NOT DISTINCT FROM spellings.company_linkedin
        WHERE $2::uuid IS NULL OR job.batch_id = $2
        """,
        client_id,
        batch_id,
    )
    return await _mark_leads(connection, client_id, batch_id)


async def _mark_leads(connection: Connection, client_id: UUID, batch_id: UUID | None) -> int:
    await connection.execute(
        """
        CREATE TEMP TABLE at_customer ON COMMIT DROP AS
        SELECT DISTINCT batch_item_id
        FROM customer_matches AS match
        JOIN person_work_history AS job USING (client_id, batch_item_id, job_no)
        WHERE client_id = $1 AND ($2::uuid IS NULL OR match.batch_id = $2) AND job.is_current IS NOT TRUE
        """,
        client_id,
        batch_id,
    )
    await connection.execute("ANALYZE at_customer")
    changed = await connection.execute(
        """
        WITH marked AS (
            SELECT batch_item_id FROM final_leads
            WHERE client_id = $1 AND ($2::uuid IS NULL OR batch_id = $2) AND worked_at_customer
        )
        UPDATE final_leads
        SET worked_at_customer = NOT worked_at_customer
        FROM (
            SELECT batch_item_id FROM marked EXCEPT SELECT batch_item_id FROM at_customer
            UNION
            (SELECT batch_item_id FROM at_customer EXCEPT SELECT batch_item_id FROM marked)
        ) AS changed
        WHERE final_leads.client_id = $1 AND final_leads.batch_item_id = changed.batch_item_id
        """,
        client_id,
        batch_id,
    )
    return int(changed.split()[-1])
