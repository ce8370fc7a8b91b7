"""The fields of a lead that a source can tell, and of what kind each is."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """How a text out of an answer becomes a value; `services.projector.projection.kinds` has the SQL of each."""

    TEXT = "text"
    TOLD = "told"
    NAME = "name"
    PLACE = "place"
    LABEL = "label"
    SENIORITY = "seniority"
    EMAIL = "email"
    WEBSITE = "website"
    PERSON_LINKEDIN = "person_linkedin"
    COMPANY_LINKEDIN = "company_linkedin"
    INTEGER = "integer"
    YEAR = "year"
    SIZE = "size"
    MONEY = "money"
    DATE = "date"
    END_DATE = "end_date"
    MONTH_DATE = "month_date"
    END_MONTH_DATE = "end_month_date"
    TIMESTAMP = "timestamp"


FIELDS: Mapping[str, Kind] = MappingProxyType(
    {
        "first_name": Kind.NAME,
        "last_name": Kind.NAME,
        "full_name": Kind.NAME,
        "linkedin_url": Kind.PERSON_LINKEDIN,
        "title": Kind.TEXT,
        "seniority": Kind.SENIORITY,
        "current_job_started_on": Kind.DATE,
        "company_name": Kind.TEXT,
        "company_domain": Kind.WEBSITE,
        "company_linkedin_url": Kind.COMPANY_LINKEDIN,
        "industry": Kind.LABEL,
        "employees": Kind.INTEGER,
        "size": Kind.SIZE,
        "revenue": Kind.MONEY,
        "total_funding": Kind.MONEY,
        "last_funded_on": Kind.DATE,
        "founded_year": Kind.YEAR,
        "city": Kind.PLACE,
        "state": Kind.PLACE,
        "country": Kind.PLACE,
    }
)

POSITION = frozenset(
    {
        *("title", "seniority", "current_job_started_on", "company_name", "company_domain", "company_linkedin_url"),
        *("industry", "employees", "size", "revenue", "total_funding", "last_funded_on", "founded_year"),
    }
)
"""What is only true together: taken from sources that tell of the same employer as the one believed first."""

TRACED = (*FIELDS, "email", "email_verdict")
"""The fields whose origin a lead names, in the order of `final_leads.origins`."""
