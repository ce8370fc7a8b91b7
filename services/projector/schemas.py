"""What the projector's API takes and gives."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from services.projector.filters import EmailVerdict

Precision = Literal["year", "month", "day"]
Tier = Literal["confirmed", "linkedin", "domain", "name_exact", "name_normalised"]

_ID = "0198c2f0-0000-7000-8000-000000000001"


class CustomerMatch(BaseModel):
    """A customer that a job was at, and how we know."""

    customer_id: UUID = Field(examples=[_ID])
    name: str = Field(examples=["Stripe"])
    tier: Tier = Field(examples=["domain"], description="confirmed > linkedin > domain > name_exact > name_normalised")


class MatchedJob(CustomerMatch):
    """A customer and the job that was there."""

    job_no: int = Field(examples=[2])
    company_name: str = Field(examples=["Stripe, Inc."])
    title: str | None = Field(examples=["Product Manager"])
    start_date: date | None
    end_date: date | None
    is_current: bool | None


class LeadFields(BaseModel):
    """One row of `final_leads`; what was not found is null."""

    batch_item_id: UUID = Field(examples=[_ID])
    batch_id: UUID = Field(examples=[_ID])
    item_no: int = Field(examples=[1])
    source: str = Field(examples=["apollo"])
    first_name: str | None = Field(examples=["Ada"])
    last_name: str | None = Field(examples=["Lovelace"])
    full_name: str | None = Field(examples=["Ada Lovelace"])
    email: str | None = Field(examples=["ada@acme.example"])
    email_verdict: EmailVerdict = Field(examples=["valid"])
    linkedin_url: str | None = Field(examples=["https://www.linkedin.com/in/ada-lovelace"])
    title: str | None = Field(examples=["VP of Sales"])
    seniority: str | None = Field(examples=["vp"])
    current_job_started_on: date | None = Field(examples=["2026-03-01"])
    current_job_precision: Precision | None = Field(examples=["month"])
    company_name: str | None = Field(examples=["Acme"])
    company_key: str | None = Field(examples=["acme.example"], description="The domain if known, else the plain name")
    company_domain: str | None = Field(examples=["acme.example"])
    company_linkedin_url: str | None = Field(examples=["https://www.linkedin.com/company/acme"])
    industry: str | None = Field(examples=["computer software"])
    employees: int | None = Field(examples=[120])
    size: str | None = Field(examples=["51-200"])
    revenue: int | None = Field(examples=[5_000_000], description="The lower end if a range was given")
    revenue_range: str | None = Field(examples=["1M-10M"])
    total_funding: int | None = Field(examples=[2_500_000])
    funding_range: str | None = Field(examples=["1M-10M"])
    last_funded_on: date | None = Field(examples=["2026-03-01"])
    founded_year: int | None = Field(examples=[2015])
    city: str | None = Field(examples=["Berlin"])
    state: str | None = Field(examples=["Berlin"])
    country: str | None = Field(examples=["Germany"])
    is_new_in_role: bool | None = Field(description="Null: the start is unknown, or known too roughly to tell")
    is_recently_funded: bool | None = Field(description="Null: nobody tells when the company was funded last")
    worked_at_customer: bool = Field(description="Had a job, not held now, at one of your customers")
    rules: str = Field(examples=["7af9a009ae84367e"], description="The version of the rules that made this row")


class Lead(LeadFields):
    """A lead of a page, with its jobs at customers."""

    customers: list[MatchedJob]


class LeadPage(BaseModel):
    """A page of leads; `next` is null on the last one."""

    leads: list[Lead]
    total: int | None = Field(examples=[1_234], description="How many leads there are on all pages; null if not asked")
    next: str | None


class JobSource(BaseModel):
    """An answer that tells of a job, and where in it."""

    result_id: UUID
    json_path: str = Field(examples=["$.employment_history[0]"])


class Job(BaseModel):
    """One row of `person_work_history`, told by one answer or by several."""

    job_no: int = Field(examples=[1])
    company_name: str = Field(examples=["Stripe, Inc."], description="As given")
    company_key: str = Field(examples=["stripe.com"])
    company_domain: str | None = Field(examples=["stripe.com"])
    domain_is_inferred: bool = Field(description="Other answers of the batch tie the name to this domain alone")
    company_linkedin: str | None = Field(examples=["stripe"])
    title: str | None = Field(examples=["Product Manager"])
    start_date: date | None
    start_precision: Precision | None
    end_date: date | None
    end_precision: Precision | None
    is_current: bool | None = Field(description="Null: the provider does not say")
    result_id: UUID
    json_path: str = Field(examples=["$.employment_history[0]"])
    other_sources: list[JobSource] | None
    customers: list[CustomerMatch]


class LeadEmail(BaseModel):
    """One telling of an address."""

    email_no: int = Field(examples=[1])
    email: str = Field(examples=["ada@acme.example"])
    verdict: EmailVerdict
    verifies: bool = Field(description="The provider was asked about the address, it did not find it")
    is_chosen: bool
    provider: str = Field(examples=["apollo-bulk-match"])
    result_id: UUID | None
    json_path: str = Field(examples=["$.email"])
    told_at: datetime | None


class LeadDetail(LeadFields):
    """A lead with its work history and every telling of its addresses."""

    work_history: list[Job]
    emails: list[LeadEmail]


class FieldTrace(BaseModel):
    """A field's value, where it came from, and what else was told."""

    value: Any
    origin: dict[str, Any] | None = Field(
        description="kind csv (the cell), answer (result and call), work_history (the job), inferred, worked_out (from "
        "other fields) or matches (jobs at customers, each with its answer)"
    )
    others: list[dict[str, Any]] = Field(description="Candidates that lost, each with `lost`, the reason")


class Trace(BaseModel):
    """The receipt of a lead."""

    batch_item_id: UUID
    batch_id: UUID
    completion: int
    as_of: datetime
    rules: str
    csv_row: dict[str, Any] | None
    fields: dict[str, FieldTrace]
    results: list[dict[str, Any]] = Field(description="Every result about the lead, and whether it counts")


class CustomerInput(BaseModel):
    """A customer company; one of the three is enough."""

    model_config = ConfigDict(extra="ignore")

    name: str | None = Field(None, max_length=2_000, examples=["Stripe"])
    domain: str | None = Field(None, max_length=2_000, examples=["stripe.com"])
    linkedin: str | None = Field(None, max_length=2_000, examples=["https://www.linkedin.com/company/stripe"])


class CustomersInput(BaseModel):
    """The whole list; it takes the place of the one before."""

    model_config = ConfigDict(extra="forbid")

    customers: list[CustomerInput] = Field(max_length=200_000)


class CustomersReplaced(BaseModel):
    """What became of a list."""

    customers: int = Field(examples=[2], description="How many there are now")
    left_out: int = Field(examples=[0], description="Rows without content, or told before")
    leads_changed: int = Field(examples=[17], description="Leads whose worked_at_customer changed")


class Customer(BaseModel):
    """A customer company as it is kept."""

    customer_id: UUID = Field(examples=[_ID])
    customer_no: int = Field(examples=[1])
    name: str = Field(examples=["Stripe"])
    domain: str | None = Field(examples=["stripe.com"])
    linkedin: str | None = Field(examples=["stripe"])


class CustomerPage(BaseModel):
    """A page of the list, in its order."""

    customers: list[Customer]
    next: int | None


class ProjectionOrder(BaseModel):
    """How to rebuild."""

    model_config = ConfigDict(extra="forbid")

    strict: bool = Field(True, description="Stop at anything unreadable, and name it, instead of leaving it out")
    rules: str | None = Field(None, max_length=100, description="`builtin`, `v2`, ...; those in force if absent")
    as_of: AwareDatetime | None = Field(None, description="By the answers that were there at this time; all if absent")
    draft: bool = Field(False, description="Beside what readers see, to look at the diff and promote it")


class Projected(BaseModel):
    """What the batch's tables hold now."""

    batch_id: UUID = Field(examples=[_ID])
    completion: int = Field(examples=[1])
    leads: int = Field(examples=[100])
    jobs: int = Field(examples=[512])
    errors: int = Field(examples=[0], description="Values that could not be read; see GET /batches/{id}/projection")
    rules: str = Field(examples=["7af9a009ae84367e"])
    as_of: datetime
    draft: bool = Field(False, description="It stands beside what readers see")


class ProjectionError(BaseModel):
    """Something in an answer that can't be read."""

    batch_item_id: UUID
    provider: str
    result_id: UUID | None
    json_path: str = Field(examples=["$.employment_history[2].start_date"])
    problem: str


class ProjectionStatus(Projected):
    """The projection of a batch, its sources, and the first of what could not be read."""

    projected_at: datetime
    sources: list[dict[str, Any]]
    unreadable: list[ProjectionError]
