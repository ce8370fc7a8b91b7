"""Work history: several tellings of one job become one row."""

from collections.abc import Sequence
from uuid import UUID

from shared.postgres import Connection


async def merge_tellings(connection: Connection, places: Sequence[int]) -> None:
    """Make the temporary table `merged_tellings`: which telling is the same job as which more believed one.

    Two tellings of a lead are the same job if they are at the same employer (company_key), and
    - their starts agree as far as the less exact one goes; an unknown start agrees with any; and
    - their titles agree (the same words; one of them unknown), or no answer tells of more than one job there, so
      that each title can only mean the same one.
    A telling joins the first, by belief, that it agrees with and that itself joins no other.

    `places` has the rank of belief of each source, by source_no.
    """
    await connection.execute(
        """
        CREATE TEMP TABLE shared_tellings ON COMMIT DROP AS
        WITH employers AS (
            SELECT told.batch_item_id, known_companies.key_no,
                   count(*) = bit_count(bit_or(1::bigint << told.source_no)::bit(64)) AS one_each
            FROM read_tellings AS told
            JOIN known_companies USING (company_name, company_website, company_page)
            GROUP BY told.batch_item_id, known_companies.key_no
            HAVING count(*) > 1
        )
        SELECT told.batch_item_id, key_no, one_each, source_no, telling_no,
               ($1::smallint[])[source_no + 1] AS place,
               extract(year FROM start_date)::integer AS start_year,
               CASE WHEN start_precision >= 2 THEN extract(month FROM start_date)::integer END AS start_month,
               CASE WHEN start_precision >= 3 THEN extract(day FROM start_date)::integer END AS start_day,
               nullif(btrim(regexp_replace(replace(replace(replace(replace(lower(title COLLATE pg_c_utf8),
                   '&amp;', '&'), 'vice president', 'vp'), 'senior', 'sr'), 'junior', 'jr'),
                   '[^[:alnum:]]+', ' ', 'g')), '') AS words
        FROM read_tellings AS told
        JOIN known_companies USING (company_name, company_website, company_page)
        JOIN employers USING (batch_item_id, key_no)
        """,
        list(places),
    )
    await connection.execute("ANALYZE shared_tellings (batch_item_id, key_no)")
    await connection.execute(
        """
        CREATE TEMP TABLE merged_tellings ON COMMIT DROP AS
        WITH agreeing AS (
            SELECT later.batch_item_id, later.source_no, later.telling_no,
                   earlier.place AS into_place, earlier.source_no AS into_source, earlier.telling_no AS into_telling
            FROM shared_tellings AS later
            JOIN shared_tellings AS earlier USING (batch_item_id, key_no)
            WHERE (earlier.place, earlier.source_no, earlier.telling_no)
                < (later.place, later.source_no, later.telling_no)
            AND ((earlier.start_year = later.start_year) IS NOT FALSE
                AND (earlier.start_month = later.start_month) IS NOT FALSE
                AND (earlier.start_day = later.start_day) IS NOT FALSE)
            AND (later.one_each OR (earlier.words = later.words) IS NOT FALSE)
        )
        SELECT DISTINCT ON (batch_item_id, source_no, telling_no)
               batch_item_id, source_no, telling_no, into_source, into_telling
        FROM agreeing
        WHERE NOT EXISTS (
            SELECT FROM agreeing AS joining
            WHERE joining.batch_item_id = agreeing.batch_item_id AND joining.source_no = agreeing.into_source
            AND joining.telling_no = agreeing.into_telling)
        ORDER BY batch_item_id, source_no, telling_no, into_place, into_source, into_telling
        """
    )
    await connection.execute("ANALYZE merged_tellings (batch_item_id)")


async def make_jobs(connection: Connection, places: Sequence[int]) -> int:
    """Make the temporary table `jobs` and return how many there are.

    A job is as its most believed telling has it; the others add what that one lacks, a more exact start included.
    Jobs of a lead count from 1: those held now first, then the latest. A telling without a company is no job.
    """
    await connection.execute(
        """
        CREATE TEMP TABLE jobs ON COMMIT DROP AS
        WITH additions AS (
            SELECT batch_item_id, into_source AS source_no, into_telling AS telling_no,
                   (array_agg(title ORDER BY place, source_no, telling_no)
                       FILTER (WHERE title IS NOT NULL))[1] AS title,
                   (array_agg(start_date ORDER BY start_precision DESC, place, source_no, telling_no)
                       FILTER (WHERE start_date IS NOT NULL))[1] AS start_date,
                   max(start_precision) AS start_precision,
                   (array_agg(end_date ORDER BY place, source_no, telling_no) FILTER (WHERE is_settled))[1] AS end_date,
                   (array_agg(end_precision ORDER BY place, source_no, telling_no)
                       FILTER (WHERE is_settled))[1] AS end_precision,
                   (array_agg(is_current ORDER BY place, source_no, telling_no)
                       FILTER (WHERE is_settled))[1] AS is_current,
                   (array_agg(page ORDER BY place, source_no, telling_no) FILTER (WHERE page IS NOT NULL))[1] AS page,
                   jsonb_agg(jsonb_build_object('result_id', result_id, 'json_path', json_path)
                       ORDER BY place, source_no, telling_no) AS sources
            FROM (
                SELECT merged.*, told.title, told.start_date, told.start_precision, told.end_date, told.end_precision,
                       told.is_current, told.end_date IS NOT NULL OR told.is_current IS NOT NULL AS is_settled,
                       told.result_id, told.json_path, known_companies.page,
                       ($1::smallint[])[told.source_no + 1] AS place
                FROM merged_tellings AS merged
                JOIN read_tellings AS told USING (batch_item_id, source_no, telling_no)
                JOIN known_companies USING (company_name, company_website, company_page)
            ) AS joining
            GROUP BY batch_item_id, into_source, into_telling
        ), merged AS (
            SELECT told.batch_item_id, told.source_no, told.telling_no, known_companies.company_no,
                   coalesce(known_companies.page, additions.page) AS company_linkedin,
                   coalesce(told.title, additions.title) AS title,
                   CASE WHEN additions.start_precision > coalesce(told.start_precision, 0)
                       THEN additions.start_date ELSE told.start_date END AS start_date,
                   greatest(told.start_precision, additions.start_precision) AS start_precision,
                   CASE WHEN is_open THEN additions.end_date ELSE told.end_date END AS end_date,
                   CASE WHEN is_open THEN additions.end_precision ELSE told.end_precision END AS end_precision,
                   CASE WHEN is_open THEN additions.is_current ELSE told.is_current END AS is_current,
                   told.result_id, told.json_path, additions.sources AS other_sources
            FROM read_tellings AS told
            JOIN known_companies USING (company_name, company_website, company_page)
            LEFT JOIN additions USING (batch_item_id, source_no, telling_no)
            CROSS JOIN LATERAL (SELECT told.end_date IS NULL AND told.is_current IS NULL AS is_open) AS ended
            WHERE NOT EXISTS (
                SELECT FROM merged_tellings
                WHERE merged_tellings.batch_item_id = told.batch_item_id
                AND merged_tellings.source_no = told.source_no AND merged_tellings.telling_no = told.telling_no)
        )
        SELECT batch_item_id,
               (row_number() OVER (
                   PARTITION BY batch_item_id
                   ORDER BY is_current IS TRUE DESC, start_date DESC NULLS LAST, end_date DESC NULLS FIRST,
                            ($1::smallint[])[source_no + 1], source_no, telling_no))::integer AS job_no,
               company_no, company_linkedin, title, start_date, start_precision, end_date, end_precision, is_current,
               result_id, json_path, other_sources
        FROM merged
        """,
        list(places),
    )
    await connection.execute("ANALYZE jobs (batch_item_id, company_no)")
    count: int = await connection.fetchval("SELECT count(*)::integer FROM jobs")
    return count


async def find_current_jobs(connection: Connection) -> None:
    """Make the temporary table `current_jobs`: of the jobs held now, the latest begun at each employer of a lead."""
    await connection.execute(
        """
        CREATE TEMP TABLE current_jobs ON COMMIT DROP AS
        SELECT DISTINCT ON (batch_item_id, company_key)
               batch_item_id, company_key, company_name, company_domain, jobs.company_linkedin, title,
               start_date, start_precision,
               job_no = min(job_no) OVER (PARTITION BY batch_item_id) AS is_latest,
               count(*) OVER (PARTITION BY batch_item_id) = 1 AS is_only
        FROM jobs JOIN known_companies USING (company_no)
        WHERE is_current
        ORDER BY batch_item_id, company_key, job_no
        """
    )
    await connection.execute("ANALYZE current_jobs (batch_item_id)")


async def write_jobs(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Write the work history of the batch."""
    await connection.execute(
        """
        INSERT INTO person_work_history (
            client_id, batch_item_id, job_no, batch_id, company_name, company_key, company_domain, domain_is_inferred,
            company_linkedin, title, start_date, start_precision, end_date, end_precision, is_current, result_id,
            json_path, other_sources)
        SELECT $1, batch_item_id, job_no, $2, coalesce(nullif(company_name, ''), company_key), company_key,
               company_domain, domain_is_inferred, jobs.company_linkedin, title,
               start_date, (ARRAY['year', 'month', 'day'])[start_precision],
               end_date, (ARRAY['year', 'month', 'day'])[end_precision], is_current, result_id, json_path, other_sources
        FROM jobs JOIN known_companies USING (company_no)
        ORDER BY batch_item_id, job_no
        """,
        client_id,
        batch_id,
    )
