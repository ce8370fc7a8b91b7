"""What a kind of CSV file is made of: a source, its fields, and the names their columns go by."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "text",
    "name",
    "email",
    "phone",
    "linkedin_person",
    "linkedin_company",
    "domain",
    "url",
    "integer",
    "money",
    "date",
    "timestamp",
    "list",
]

# Every field a source may have; a batch item's input and the projection know them by these names.
FIELD_KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "first_name": "name",
        "last_name": "name",
        "full_name": "name",
        "title": "text",
        "seniority": "text",
        "departments": "list",
        "headline": "text",
        "email": "email",
        "email_status": "text",
        "email_catch_all": "text",
        "email_verified_at": "timestamp",
        "secondary_email": "email",
        "secondary_email_status": "text",
        "tertiary_email": "email",
        "tertiary_email_status": "text",
        "phone": "phone",
        "mobile_phone": "phone",
        "linkedin_url": "linkedin_person",
        "city": "text",
        "state": "text",
        "country": "text",
        "company_name": "text",
        "company_name_for_emails": "text",
        "company_domain": "domain",
        "company_website": "url",
        "company_linkedin_url": "linkedin_company",
        "company_city": "text",
        "company_state": "text",
        "company_country": "text",
        "company_address": "text",
        "company_phone": "phone",
        "industry": "text",
        "employees": "integer",
        "keywords": "list",
        "technologies": "list",
        "revenue": "money",
        "total_funding": "money",
        "latest_funding": "text",
        "latest_funding_amount": "money",
        "last_raised_at": "date",
        "founded_year": "integer",
        "parent_company": "text",
        "company_description": "text",
        "current_job_started_on": "date",
        "apollo_contact_id": "text",
        "apollo_account_id": "text",
        "notes": "text",
    },
)


@dataclass(frozen=True, slots=True)
class Field:
    """A field and the column names it is found under, the preferred one first."""

    name: str
    kind: Kind
    aliases: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Source:
    """A kind of CSV file.

    `other_columns` are columns that such files are known to have and no field takes; `marks` are names that no
    other source's files have. Both only help to recognise a file.
    """

    name: str
    title: str
    fields: tuple[Field, ...]
    other_columns: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


def field(name: str, *aliases: str) -> Field:
    """Return a field with the kind its name has everywhere."""
    return Field(name, FIELD_KINDS[name], aliases)
