"""Coresignal: a member's record by the name in its LinkedIn address."""

from datetime import date

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, Outcome, Usage
from services.sandbox.dice import Dice
from services.sandbox.people import Job, Person, absent, person_for
from services.sandbox.question import question

MISSING_PERCENT = 12
GONE_PERCENT = 3
_REFUSALS = {
    Outcome.AUTH_FAILED: (401, "Invalid API key"),
    Outcome.QUOTA_EXHAUSTED: (402, "Insufficient credits"),
    Outcome.THROTTLED: (429, "Too many requests"),
}


class Coresignal:
    """Imitates api.coresignal.com/cdapi/v2; one credit for each record. A profile that is gone is a 454, and free."""

    name = "coresignal"

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        path = "/coresignal/cdapi/v2/employee_multi_source/collect/{shorthand_name}"
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="employee_multi_source/collect", path=path, methods=("GET",), answer=self.collect),
        )

    def key(self, call: Call) -> str:
        """Read apikey."""
        return call.headers.get("apikey", "")

    def collect(self, call: Call) -> Answer:
        """Tell the record, 404, or 454."""
        slug = call.path.rpartition("/")[2]
        whom = question({"linkedin": slug})
        asked = {"shorthand_name": slug}
        gone = Dice(self._seed, "gone", whom.identity).chance(GONE_PERCENT)
        if gone or absent(self._seed, self.name, whom, percent=MISSING_PERCENT):
            item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.NO_MATCH)
            return Answer(items=(item,)).refused(_failed(454 if gone else 404, "Not found"), Outcome.NO_MATCH)
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.OK, charged=1)
        return Answer(payload=_record(person_for(whom, self._seed)), items=(item,))

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse in Coresignal's words."""
        return _failed(*_REFUSALS[outcome])

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()


def _record(one: Person) -> dict[str, object]:
    number = int(one.id[:8], 16)
    return {
        "id": number,
        "parent_id": number,
        "created_at": "2024-07-27T01:56:27.000",
        "updated_at": "2026-10-23T05:50:09.000",
        "is_deleted": 0,
        "is_parent": 1,
        "professional_network_url": f"https://www.linkedin.com/in/{one.linkedin}",
        "full_name": one.name,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "headline": one.title,
        "location_country": one.country,
        "is_working": 1,
        "active_experience_title": one.title,
        "active_experience_company_id": int(one.employer.id[:6], 16),
        "experience": [_job(held, number) for number, held in enumerate(one.jobs, 1)],
    }


def _job(held: Job, number: int) -> dict[str, object]:
    year_only = number % 3 == 0
    return {
        "active_experience": 1 if held.end is None else 0,
        "position_title": held.title,
        "location": held.company.city,
        "description": None,
        **_when("date_from", held.start, year_only=year_only),
        **_when("date_to", held.end, year_only=year_only),
        "duration_months": None,
        "company_id": int(held.company.id[:6], 16),
        "company_name": held.company.name,
        "company_website": f"https://www.{held.company.domain}",
        "company_linkedin_url": f"https://www.linkedin.com/company/{held.company.linkedin}",
        "order_in_profile": number,
    }


def _when(name: str, at: date | None, *, year_only: bool) -> dict[str, object]:
    if at is None:
        return {name: None, f"{name}_year": None, f"{name}_month": None}
    text = str(at.year) if year_only else f"{at:%B} {at.year}"
    return {name: text, f"{name}_year": at.year, f"{name}_month": None if year_only else at.month}


def _failed(status: int, message: str) -> Answer:
    return Answer(status=status, payload={"message": message})
