"""People Data Labs' way of telling a person: lower case, cleaned names, dates as exact as they happen to be."""

from datetime import date
from functools import lru_cache

from services.sandbox.companies import Company
from services.sandbox.dice import Dice
from services.sandbox.people import Job, Person

_SIZES = ((10, "1-10"), (50, "11-50"), (200, "51-200"), (500, "201-500"), (1_000, "501-1000"), (5_000, "1001-5000"))
_LEVELS = {"c_suite": "cxo", "head": "director"}


def person(one: Person, *, seed: int, free_plan: bool) -> dict[str, object]:
    """Tell a person; on the free plan addresses are `true` instead of their value."""
    dice = Dice(seed, "pdl", one.key)
    experience = [job(held, one, dice) for held in told(one, dice)]
    present = experience[0]
    if dice.chance(30):
        experience = experience[1:] + experience[:1]
    address = {"address": one.email, "type": "current_professional", "num_sources": dice.between(1, 20)}
    seen = {"first_seen": "2021-03-09", "last_seen": "2026-09-14"}
    return {
        "id": f"pdl{one.id}_0000",
        "full_name": one.name.lower(),
        "first_name": one.first_name.lower(),
        "middle_name": None,
        "last_name": one.last_name.lower(),
        "linkedin_url": f"linkedin.com/in/{one.linkedin}",
        "linkedin_username": one.linkedin,
        "work_email": True if free_plan else one.email,
        "recommended_personal_email": None,
        "mobile_phone": None,
        "emails": True if free_plan else [{**address, **seen}],
        **_job_fields(one, present),
        "industry": one.employer.industry,
        **_place("location", one.city, one.state, one.country),
        "experience": experience,
        "education": [],
        "job_history": [_seen_job(held) for held in one.jobs[1:2]],
    }


def told(one: Person, dice: Dice) -> list[Job]:
    """Choose the jobs this provider knows of: the present one always, most of the others."""
    return [held for number, held in enumerate(one.jobs) if number == 0 or dice.chance(82)]


def job(held: Job, one: Person, dice: Dice) -> dict[str, object]:
    """Tell one job; an open end does not say that it is the present one, only `is_primary` does."""
    title = held.title.lower()
    known = held is one.jobs[0] or dice.chance(80)
    role = one.department.replace(" ", "_")
    return {
        "company": company(held.company, known=known),
        "location_names": [f"{held.company.city}, {held.company.state}, {held.company.country}".lower()],
        "end_date": None if held.end is None else dated(held.end, dice),
        "start_date": dated(held.start, dice),
        "title": {
            "name": title,
            "raw": [title.replace("&", "&amp;")],
            "role": role,
            "sub_role": None,
            "class": "general_and_administrative",
            "levels": [_LEVELS.get(one.seniority, one.seniority)],
        },
        "is_primary": held is one.jobs[0],
        "summary": None,
        "first_seen": "2021-03-09",
        "last_seen": "2026-09-14",
        "num_sources": dice.between(1, 20),
    }


@lru_cache(maxsize=5_000)
def company(one: Company, *, known: bool) -> dict[str, object]:
    """Tell a company; only of a `known` one the website and LinkedIn page."""
    return {
        "name": one.name.lower(),
        "size": size(one.employees),
        "id": one.linkedin,
        "founded": one.founded,
        "industry": one.industry,
        "location": {
            "name": f"{one.city}, {one.state}, {one.country}".lower(),
            "locality": one.city.lower(),
            "region": one.state.lower(),
            "metro": None,
            "country": one.country.lower(),
            "continent": None,
            "street_address": "1 test st",
            "address_line_2": None,
            "postal_code": None,
            "geo": None,
        },
        "linkedin_url": f"linkedin.com/company/{one.linkedin}" if known else None,
        "linkedin_id": str(int(one.id[:6], 16)) if known else None,
        "facebook_url": None,
        "twitter_url": None,
        "website": one.domain if known else None,
        "ticker": None,
        "type": "private",
        "raw": [one.legal_name.lower()],
    }


def dated(day: date, dice: Dice) -> str:
    """Write a date as exactly as the source had it: year, month or day."""
    return day.isoformat()[: dice.pick((4, 7, 7, 7, 10))]


def size(employees: int) -> str:
    """Return the band of a head count."""
    return next((band for most, band in _SIZES if employees <= most), "5001-10000" if employees <= 10_000 else "10001+")


def _job_fields(one: Person, present: dict[str, object]) -> dict[str, object]:
    return {
        "job_title": one.title.lower(),
        "job_title_role": one.department.replace(" ", "_"),
        "job_title_levels": [_LEVELS.get(one.seniority, one.seniority)],
        **_employer(one.employer),
        "job_start_date": present["start_date"],
        "job_last_verified": "2026-09-14",
        "job_last_changed": "2026-09-01",
    }


@lru_cache(maxsize=5_000)
def _employer(employer: Company) -> dict[str, object]:
    return {
        "job_company_name": employer.name.lower(),
        "job_company_website": employer.domain,
        "job_company_size": size(employer.employees),
        "job_company_founded": employer.founded,
        "job_company_industry": employer.industry,
        "job_company_linkedin_url": f"linkedin.com/company/{employer.linkedin}",
        "job_company_employee_count": employer.employees,
        **_place("job_company_location", employer.city, employer.state, employer.country),
    }


def _place(prefix: str, city: str, state: str, country: str) -> dict[str, object]:
    return {
        f"{prefix}_name": f"{city}, {state}, {country}".lower(),
        f"{prefix}_locality": city.lower(),
        f"{prefix}_region": state.lower(),
        f"{prefix}_country": country.lower(),
    }


def _seen_job(held: Job) -> dict[str, object]:
    return {
        "company_id": held.company.id,
        "company_name": held.company.name.lower(),
        "title": held.title.lower(),
        "first_seen": held.start.isoformat(),
        "last_seen": held.end.isoformat() if held.end else "2026-09-14",
        "num_sources": 3,
    }
