"""Apollo's way of telling a person, a job and an organization."""

from functools import lru_cache

from services.sandbox.companies import Company
from services.sandbox.dice import Dice, hex_id
from services.sandbox.people import Job, Person

_JOB_BLANKS: dict[str, object] = dict.fromkeys(
    ("created_at", "degree", "description", "emails", "grade_level", "kind", "major", "raw_address", "updated_at")
)
_PERSON_BLANKS: dict[str, object] = dict.fromkeys(
    ("photo_url", "twitter_url", "github_url", "facebook_url", "extrapolated_email_confidence")
)
_ORGANIZATION_BLANKS: dict[str, object] = {
    **dict.fromkeys(("blog_url", "angellist_url", "twitter_url", "facebook_url", "alexa_ranking", "phone")),
    **dict.fromkeys(("publicly_traded_symbol", "publicly_traded_exchange", "logo_url", "crunchbase_url")),
    "primary_phone": {},
    "languages": [],
    "secondary_industries": [],
    "snippets_loaded": True,
    "retail_location_count": 0,
}
_FUNCTIONS = {"human resources": "human_resources", "product": "product_management"}


def person(one: Person, *, seed: int, mail: str, funded: bool) -> dict[str, object]:
    """Tell a person as a match; `mail` is the address the caller sent, which Apollo echoes, or ""."""
    dice = Dice(seed, "apollo", one.key)
    status = "verified" if mail else dice.pick(("verified",) * 8 + ("extrapolated", "unavailable"))
    role = _FUNCTIONS.get(one.department, one.department)
    return {
        "id": one.id,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "name": one.name,
        "linkedin_url": f"http://www.linkedin.com/in/{one.linkedin}",
        "title": one.title,
        "email_status": status,
        **_PERSON_BLANKS,
        "headline": f"{one.title} at {one.employer.name}",
        "email": None if status == "unavailable" else one.email,
        "organization_id": one.employer.id,
        "employment_history": [job(held, key, dice) for key, held in told(one, dice)],
        "state": one.state,
        "city": one.city,
        "country": one.country,
        "organization": funded_organization(one.employer) if funded else organization(one.employer),
        "is_likely_to_engage": dice.chance(50),
        "departments": [f"master_{role}"],
        "subdepartments": [role],
        "seniority": one.seniority,
        "functions": [role],
        "show_intent": False,
        "revealed_for_current_team": True,
    }


def told(one: Person, dice: Dice) -> list[tuple[str, Job]]:
    """Choose the jobs Apollo knows of, each with its key: the present one always, most of the others."""
    keyed = [(f"{one.id[:20]}{number:04x}", held) for number, held in enumerate(one.jobs)]
    return keyed[:1] + [both for both in keyed[1:] if dice.chance(88)]


def job(held: Job, key: str, dice: Dice) -> dict[str, object]:
    """Tell one job: the month at best, the company by any of its spellings and often without its id."""
    by_year = dice.chance(15)
    return {
        **_JOB_BLANKS,
        "_id": key,
        "current": held.end is None,
        "end_date": None if held.end is None else f"{held.end.isoformat()[:7]}-01",
        "organization_id": held.company.id if held.end is None or dice.chance(60) else None,
        "organization_name": held.company.name if held.end is None else dice.pick(held.company.spellings),
        "start_date": f"{held.start.year}-01-01" if by_year else f"{held.start.isoformat()[:7]}-01",
        "title": held.title,
        "id": key,
        "key": key,
    }


@lru_cache(maxsize=5_000)
def organization(company: Company) -> dict[str, object]:
    """Tell an organization as it stands inside a match."""
    tag = hex_id(24, "industry", company.industry)
    return {
        **_ORGANIZATION_BLANKS,
        "id": company.id,
        "name": company.name,
        "website_url": f"http://www.{company.domain}",
        "linkedin_url": f"http://www.linkedin.com/company/{company.linkedin}",
        "linkedin_uid": str(int(company.id[:6], 16)),
        "founded_year": company.founded,
        "primary_domain": company.domain,
        "industry": company.industry,
        "keywords": company.industry.replace(" &", ",").split(", "),
        "estimated_num_employees": company.employees,
        "industries": [company.industry],
        "industry_tag_id": tag,
        "industry_tag_hash": {company.industry: tag},
        "raw_address": f"1 Test St, {company.city}, {company.state}, {company.country}",
        "street_address": "1 Test St",
        "city": company.city,
        "state": company.state,
        "postal_code": "00000",
        "country": company.country,
    }


@lru_cache(maxsize=5_000)
def funded_organization(company: Company) -> dict[str, object]:
    """Tell an organization with its money, as people/match and organizations/enrich do."""
    return {
        **organization(company),
        "owned_by_organization_id": None,
        "seo_description": f"{company.name} is an invented company.",
        "short_description": f"{company.name} is an invented company\nin {company.industry}.",
        "suborganizations": [],
        "num_suborganizations": 0,
        "annual_revenue_printed": printed(company.revenue),
        "annual_revenue": company.revenue,
        "total_funding": company.funding or None,
        "total_funding_printed": printed(company.funding) if company.funding else None,
        "latest_funding_round_date": "2023-08-01T00:00:00.000+00:00" if company.stage else None,
        "latest_funding_stage": company.stage or None,
        "funding_events": [],
        "technology_names": [],
        "current_technologies": [],
        "org_chart_root_people_ids": [],
        "org_chart_sector": "OrgChart::SectorHierarchy::Rules::IT",
        "org_chart_removed": False,
        "org_chart_show_department_filter": True,
    }


def printed(amount: int) -> str:
    """Write an amount as Apollo prints it: 251.2M, 1.4B."""
    for unit, letter in ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "K")):
        if amount >= unit:
            return f"{amount / unit:.1f}".removesuffix(".0") + letter
    return str(amount)
