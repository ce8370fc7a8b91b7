"""The invented companies: a fixed catalogue, plus one for every domain or name anybody asks about."""

import csv
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

from services.sandbox.dice import Dice, hex_id
from services.sandbox.words import words

HOUSES = 120
"""How many `company-N.example.com` there are; people work there when nobody says where."""

_STAGES = (("", 0), ("Seed", 2_500_000), ("Series A", 12_000_000), ("Series B", 40_000_000), ("Series C", 85_000_000))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Company:
    """An invented company; `linkedin` is the slug, money is whole US dollars, `stage` "" means never funded.

    `id` has 24 hexadecimal digits, as Apollo numbers its organizations. Compared by identity, so that what is
    told of a company can be remembered for it at no cost.
    """

    id: str
    name: str
    legal_name: str
    aliases: tuple[str, ...]
    domain: str
    linkedin: str
    industry: str
    employees: int
    founded: int
    revenue: int
    funding: int
    stage: str
    city: str
    state: str
    country: str
    weight: int = 1

    @property
    def spellings(self) -> tuple[str, ...]:
        """Every way somebody may write the name."""
        return (self.name, self.legal_name, *self.aliases)


@cache
def catalogue() -> tuple[Company, ...]:
    """Read the sixty companies that work histories are drawn from."""
    with Path(__file__).with_name("companies.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_company(row) for row in csv.DictReader(file))


@cache
def past_employers() -> tuple[Company, ...]:
    """Return the catalogue, each company as often as its weight, so that some are drawn more often."""
    return tuple(company for company in catalogue() for _ in range(company.weight))


@lru_cache(maxsize=10_000)
def company_for(*, domain: str, name: str) -> Company:
    """Return the company at `domain`, or called `name` if there is no domain; either may be "", not both."""
    known = _by_domain().get(domain) if domain else _by_name().get(name.casefold())
    if known is not None:
        return known
    if not domain:
        domain = f"{slug(name) or 'company'}.example"
    house = re.fullmatch(r"company-([0-9]{1,6})\.example\.com", domain)
    if house:
        return house_company(int(house[1]))
    label = domain.split(".", maxsplit=1)[0].replace("-", " ").replace("_", " ").title()
    return replace(_invented(domain), name=name or label, legal_name=name or label)


@lru_cache(maxsize=2_000)
def house_company(number: int) -> Company:
    """Return the company that lives at `company-<number>.example.com`."""
    first, second = words().company_first, words().company_second
    name = f"{first[number % len(first)]} {second[number // len(first) % len(second)]}"
    form = Dice("form", number).pick(words().legal_forms)
    return replace(
        _invented(f"company-{number}.example.com"),
        name=name,
        legal_name=name + form,
        linkedin=f"{slug(name)}-{number}",
    )


def slug(name: str) -> str:
    """Turn a name into lower-case ASCII words with hyphens between them."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("&", " and ")).strip("-")


def _invented(domain: str) -> Company:
    dice = Dice("company", domain)
    employees = dice.pick((9, 25, 60, 140, 320, 750, 1_800, 5_200))
    stage, funding = dice.pick(_STAGES)
    city, state, country = dice.pick(words().places)
    return Company(
        id=_id(domain),
        name=domain,
        legal_name=domain,
        aliases=(),
        domain=domain,
        linkedin=slug(domain.rsplit(".", 1)[0]),
        industry=dice.pick(words().industries),
        employees=employees,
        founded=dice.between(1962, 2021),
        revenue=employees * dice.pick((90_000, 150_000, 220_000)),
        funding=funding,
        stage=stage,
        city=city,
        state=state,
        country=country,
    )


@cache
def _by_domain() -> dict[str, Company]:
    return {company.domain: company for company in catalogue()}


@cache
def _by_name() -> dict[str, Company]:
    return {name.casefold(): company for company in catalogue() for name in company.spellings}


def _id(domain: str) -> str:
    return hex_id(24, "organization", domain)


def _company(row: dict[str, str]) -> Company:
    return Company(
        id=_id(row["domain"]),
        name=row["name"],
        legal_name=row["legal_name"],
        aliases=tuple(filter(None, row["aliases"].split(";"))),
        domain=row["domain"],
        linkedin=row["linkedin"],
        industry=row["industry"],
        employees=int(row["employees"]),
        founded=int(row["founded"]),
        revenue=int(row["revenue"]),
        funding=int(row["funding"]),
        stage=row["stage"],
        city=row["city"],
        state=row["state"],
        country=row["country"],
        weight=int(row["weight"]),
    )
