"""The companies that a batch tells of: distinct spellings, and what the kinds make of their sites and pages."""

# ruff: noqa: S608 - this package composes SQL: names come from code, texts through `literal`

from services.projector.projection.kinds import value_of
from services.projector.rules.fields import Kind


def told_companies() -> str:
    """Return the query of the distinct companies in `read_tellings` and `read_answers`, as they are spelled."""
    return f"""SELECT company_name, company_website, company_page,
        {value_of(Kind.COMPANY_LINKEDIN, "nullif(company_page, '')")} AS page
    FROM (
        SELECT company_name, company_website, company_page FROM read_tellings
        UNION
        SELECT coalesce(company_name, ''), coalesce(company_domain, ''), coalesce(company_linkedin_url, '')
        FROM read_answers
        EXCEPT SELECT '', '', ''
        OFFSET '0'
    ) AS told"""
