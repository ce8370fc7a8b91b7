"""The invented people: whoever is asked for is made from the question, the same for ever and for every provider."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from services.sandbox.companies import HOUSES, Company, company_for, house_company, past_employers
from services.sandbox.dice import Dice, hex_id
from services.sandbox.question import Question, mail_words, plain, slug_words
from services.sandbox.words import words

THIS_MONTH = 2026 * 12 + 10
"""The month in which this world stands still, counted from year 0: an answer must not change with the calendar."""

_SENIORITIES = ("entry", "senior", "manager", "director", "c_suite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job; `end` None means it goes on."""

    company: Company
    title: str
    start: date
    end: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An invented person; `linkedin` is the slug and `jobs` run from the present one back."""

    key: str
    id: str
    first_name: str
    last_name: str
    linkedin: str
    email: str
    department: str
    seniority: str
    city: str
    state: str
    country: str
    jobs: tuple[Job, ...]

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def title(self) -> str:
        """The present title."""
        return self.jobs[0].title

    @property
    def employer(self) -> Company:
        """The present company."""
        return self.jobs[0].company


@lru_cache(maxsize=4_000)
def person_for(asked: Question, seed: int) -> Person:
    """Make the person; `asked` must have an identity."""
    key = asked.person_key
    dice = Dice(seed, "person", key)
    first, last = _name(asked, dice)
    department = dice.pick(tuple(words().ladders))
    rung = dice.pick((0, 1, 2, 2, 3, 3, 4))
    city, state, country = dice.pick(words().places)
    employer = _employer(asked, Dice(seed, "employer", key))
    return Person(
        key=key,
        id=hex_id(24, seed, "person", key),
        first_name=first,
        last_name=last,
        linkedin=asked.linkedin or f"{plain(f'{first} {last}').replace(' ', '-')}-{hex_id(7, 'slug', key)}4",
        email=asked.email or f"{_mailbox(first, last)}@{employer.domain}",
        department=department,
        seniority=_seniority(words().ladders[department][rung], rung),
        city=city,
        state=state,
        country=country,
        jobs=_jobs(dice, employer, titles=words().ladders[department][rung::-1]),
    )


def absent(seed: int, provider: str, asked: Question, *, percent: int) -> bool:
    """Tell whether this provider knows nothing of the person, as `percent` of all people."""
    return Dice(seed, "absent", provider, asked.person_key).chance(percent)


def _jobs(dice: Dice, employer: Company, *, titles: tuple[str, ...]) -> tuple[Job, ...]:
    """Draw two to six jobs; each earlier one a rung lower, ending about where the next begins."""
    count = dice.between(2, 6)
    start = THIS_MONTH - dice.pick((1, 2, 4, 7, 11, 16, 22, 30, 41, 58, 71))
    jobs = [Job(company=employer, title=titles[0], start=_day(start, dice), end=None)]
    if count > 2 and dice.chance(8):
        jobs.append(Job(company=dice.pick(past_employers()), title="Advisor", start=_day(start + 1, dice), end=None))
    seen = {job.company.domain for job in jobs}
    while len(jobs) < count:
        company = dice.pick(past_employers())
        if company.domain in seen:
            continue
        seen.add(company.domain)
        end = start - dice.pick((0, 0, 0, 1, 3))
        start = end - dice.between(9, 64)
        title = titles[min(len(jobs), len(titles) - 1)]
        jobs.append(Job(company=company, title=title, start=_day(start, dice), end=_day(end, dice)))
    return tuple(jobs)


def _employer(asked: Question, dice: Dice) -> Company:
    domain = asked.domain or ("" if asked.company else asked.email.partition("@")[2])
    if domain or asked.company:
        return company_for(domain=domain, name=asked.company)
    return house_company(dice.between(1, HOUSES))


def _seniority(title: str, rung: int) -> str:
    first = title.split(maxsplit=1)[0].rstrip(",").lower()
    return first if first in ("vp", "head") else _SENIORITIES[rung]


def _name(asked: Question, dice: Dice) -> tuple[str, str]:
    if asked.first_name or asked.last_name:
        return asked.first_name, asked.last_name
    told = slug_words(asked.linkedin) or mail_words(asked.email)
    if told:
        return told[0].title(), " ".join(told[1:]).title()
    return dice.pick(words().first_names), dice.pick(words().last_names)


def _mailbox(first: str, last: str) -> str:
    parts = (plain(name).replace(" ", "").encode("ascii", "ignore").decode() for name in (first, last))
    return ".".join(filter(None, parts)) or "person"


def _day(month: int, dice: Dice) -> date:
    return date(month // 12, month % 12 + 1, dice.between(1, 28))
