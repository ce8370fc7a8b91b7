"""The statement that writes a batch's leads."""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from collections.abc import Sequence

from services.projector.projection.choice import Choice, anchor, choices, job, joined, name_of, start_precision
from services.projector.projection.kinds import money_range_of, size_of
from services.projector.projection.source import Source
from services.projector.rules import Policy
from services.projector.rules.fields import TRACED

_FULL_NAME = "coalesce(first_name || ' ' || last_name, full_name, first_name, last_name)"


def _is_new(months: int) -> str:
    """Return the SQL of whether the job was begun lately, NULL if its start is unknown.

    A start known by month counts by months; one known by year alone may leave it open.
    """
    since = f"($4::date - interval '{months} months')"
    return f"""CASE job_precision
            WHEN 3 THEN current_job_started_on >= {since}
            WHEN 2 THEN current_job_started_on >= date_trunc('month', {since})
            WHEN 1 THEN CASE WHEN current_job_started_on >= {since} THEN true
                WHEN current_job_started_on + interval '1 year' <= {since} THEN false END END"""


_ORIGINS = {
    "full_name": """CASE WHEN first_name IS NOT NULL AND last_name IS NOT NULL THEN first_name_from
            WHEN full_name IS NOT NULL THEN full_name_from ELSE greatest(first_name_from, last_name_from) END""",
    "size": "CASE WHEN employees IS NOT NULL THEN employees_from ELSE size_from END",
}
"""Origins of fields that other fields decide."""


def insert_leads(sources: Sequence[Source], policy: Policy) -> str:
    """Return the statement that writes the leads.

    Parameters: client, batch, the batch's source, the time of the facts, the rules' version.
    """
    origins = ", ".join(_ORIGINS.get(field, f"{field}_from") for field in TRACED)
    return f"""INSERT INTO final_leads (
        client_id, batch_item_id, batch_id, item_no, source, first_name, last_name, full_name, email, email_verdict,
        linkedin_url, title, seniority, current_job_started_on, current_job_precision, company_name, company_key,
        company_domain, company_linkedin_url, industry, employees, size, revenue, revenue_range, total_funding,
        funding_range, last_funded_on, founded_year, city, state, country, is_new_in_role,
        is_recently_funded, worked_at_customer, rules,
        full_name_key, last_name_key, origins, result_ids)
    SELECT $1, batch_item_id, $2, item_no, $3, first_name, last_name, {_FULL_NAME}, email, email_verdict,
        linkedin_url, title, seniority, current_job_started_on, (ARRAY['year', 'month', 'day'])[job_precision],
        company_name, company_key, company_domain, company_linkedin_url, industry,
        employees, coalesce({size_of("employees")}, size), revenue, {money_range_of("revenue")},
        total_funding, {money_range_of("total_funding")}, last_funded_on, founded_year, city, state, country,
        {_is_new(policy.indicators.new_in_role_months)},
        last_funded_on >= $4::date - interval '{policy.indicators.recently_funded_months} months',
        worked_at_customer, $5,
        lower({_FULL_NAME} COLLATE pg_c_utf8),
        lower(coalesce(last_name, substring(full_name from '\\S+$')) COLLATE pg_c_utf8),
        ARRAY[{origins}]::smallint[], result_ids
    FROM ({choose_leads(sources, policy)}) AS chosen
    ORDER BY item_no"""


def choose_leads(sources: Sequence[Source], policy: Policy) -> str:
    """Return the query of the chosen values and their origins (`<field>_from`), one row per item."""
    chosen = ",\n            ".join(_columns(choice) for choice in choices(sources, policy))
    results = ", ".join(f"{name_of(source)}.result_id" for source in sources)
    return f"""
        SELECT item.batch_item_id, item.item_no, {start_precision(sources, policy)} AS job_precision,
            coalesce({anchor(sources, policy)}, {job("company_key")}) AS company_key,
            at_customer.batch_item_id IS NOT NULL AS worked_at_customer,
            {chosen},
            ARRAY[{results}]::uuid[] AS result_ids
        {joined(sources, policy)}
        WHERE item.client_id = $1 AND item.batch_id = $2
        OFFSET '0'
    """


def _columns(choice: Choice) -> str:
    return f"{choice.value} AS {choice.field}, {choice.origin} AS {choice.field}_from"
