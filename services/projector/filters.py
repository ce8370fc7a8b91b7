"""The dashboard's filters, as data: one entry here is a parameter of `GET /leads`, its condition and its index.

Repeated values of a filter are alternatives; different filters hold together; those on a former job hold for one and
the same job. No condition compares a text as it was typed: what it may stand for is looked up first, so that every
condition is an equality that an index serves under row security.
"""

from typing import Literal
from uuid import UUID

from services.projector.filter import Filter, Lookup, flag, known_value, one_of, title_words

Seniority = Literal[
    "founder", "owner", "c_suite", "partner", "vp", "head", "director", "manager", "senior", "entry", "intern"
]
Size = Literal["1-10", "11-50", "51-200", "201-500", "501-1000", "1001-5000", "5001-10000", "10001+"]
EmailVerdict = Literal["valid", "risky", "catch_all", "do_not_send", "invalid", "unknown", "none"]

_SPELLING = "legal form, punctuation, case and accents don't matter"

FILTERS: tuple[Filter, ...] = (
    flag(
        "worked_at_customer",
        "People with a former job at one of your customers",
        column="worked_at_customer",
        index="final_leads_at_customer",
        yes="worked_at_customer",
        no="NOT worked_at_customer",
    ),
    Filter(
        name="past_company",
        type=str,
        description=f"Name of a former employer; {_SPELLING}",
        example="Stripe",
        index="person_work_history_by_company",
        column="company_name",
        condition="company_name = ANY ({values}::text[])",
        lookup=Lookup.COMPANY_NAMES,
        of_former_job=True,
    ),
    Filter(
        name="past_company_domain",
        type=str,
        description="Domain of a former employer",
        example="stripe.com",
        index="person_work_history_by_company",
        column="company_domain",
        condition="company_name = ANY ({names}::text[]) AND company_domain = ANY ({values}::text[])",
        lookup=Lookup.DOMAINS,
        of_former_job=True,
    ),
    title_words(
        "past_title",
        "Title of a former job",
        example="sales dir",
        index="person_work_history_by_title",
        of_former_job=True,
    ),
    Filter(
        name="current_company",
        type=str,
        description=f"Name of the present employer; {_SPELLING}",
        example="Acme",
        index="final_leads_by_company",
        column="company_name",
        condition="company_key = ANY ({values}::text[])",
        lookup=Lookup.COMPANY_KEYS,
    ),
    title_words("title", "Present title", example="vp sales", index="final_leads_by_title"),
    one_of("seniority", Seniority, "Seniority of the present job", example="vp", index="final_leads_by_kind"),
    known_value("industry", "Industry of the employer", example="computer software", index="final_leads_by_kind"),
    one_of("size", Size, "Head count of the employer", example="51-200", index="final_leads_by_kind"),
    known_value("country", "Country of the person", example="Germany", index="final_leads_by_place"),
    known_value("state", "State or region of the person", example="California", index="final_leads_by_place"),
    known_value("city", "City of the person", example="San Francisco", index="final_leads_by_place"),
    flag(
        "new_in_role",
        "People who began their present job in the half year before the answers; false: known not to have",
        column="is_new_in_role",
        index="final_leads_new_in_role",
        yes="is_new_in_role",
        no="NOT is_new_in_role",
    ),
    flag(
        "recently_funded",
        "People at companies funded in the year before the answers; false: known not to have been",
        column="is_recently_funded",
        index="final_leads_recently_funded",
        yes="is_recently_funded",
        no="NOT is_recently_funded",
    ),
    one_of(
        "email_verdict",
        EmailVerdict,
        "Verdict on the chosen address; none: there is no address",
        example="valid",
        index="final_leads_by_kind",
    ),
    flag(
        "has_email",
        "People with an address, whatever its verdict",
        column="email_verdict <> 'none'",
        index="final_leads_by_kind",
        yes="email_verdict = ANY ('{valid,risky,catch_all,do_not_send,invalid,unknown}'::text[])",
        no="email_verdict = 'none'",
    ),
    one_of(
        "batch_id",
        UUID,
        "The batch",
        example="0198c2f0-0000-7000-8000-000000000001",
        index="final_leads_of_batch",
    ),
    one_of("source", str, "Kind of CSV that the row came from", example="apollo", index="final_leads_by_kind"),
    Filter(
        name="q",
        type=str,
        description="Beginning of a first, last or full name, of a word of the company's name, or of its domain",
        example="lovel",
        index="final_leads_by_name",
        column="full_name",
        condition="""batch_item_id IN (
            SELECT lead.batch_item_id FROM unnest({lows}::text[], {highs}::text[]) AS typed (low, high)
            JOIN final_leads AS lead ON lead.client_id = $1
                AND lead.full_name_key >= typed.low AND lead.full_name_key < typed.high
            UNION ALL
            SELECT lead.batch_item_id FROM unnest({lows}::text[], {highs}::text[]) AS typed (low, high)
            JOIN final_leads AS lead ON lead.client_id = $1
                AND lead.last_name_key >= typed.low AND lead.last_name_key < typed.high
            UNION ALL
            SELECT lead.batch_item_id FROM final_leads AS lead
            WHERE lead.client_id = $1 AND lead.company_key = ANY ({values}::text[]))""",
        lookup=Lookup.ANYTHING,
    ),
    Filter(
        name="per_person",
        type=Literal["latest"],
        description="latest: of each person only the newest lead over all batches; the other filters are asked of that",
        example="latest",
        index="final_leads_of_person",
        choices={
            "latest": """NOT EXISTS (
                SELECT FROM final_leads AS newer
                WHERE newer.client_id = $1 AND newer.person_id = final_leads.person_id
                AND newer.batch_item_id > final_leads.batch_item_id)"""
        },
    ),
)

FACETED: tuple[Filter, ...] = tuple(each for each in FILTERS if each.faceted)
"""The filters whose values leads are counted by."""

SETS: tuple[Filter, ...] = tuple(each for each in FACETED if each.name != "batch_id")
"""The filters with a set of leads for each value."""

AT_CUSTOMER: Filter = next(each for each in SETS if each.name == "worked_at_customer")
"""The one whose leads change with the customers."""
