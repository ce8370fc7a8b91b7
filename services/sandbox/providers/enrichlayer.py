"""Enrich Layer, formerly Proxycurl: a profile by its LinkedIn address."""

from datetime import date

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, Outcome, Usage
from services.sandbox.people import Job, Person, absent, person_for
from services.sandbox.question import question

MISSING_PERCENT = 12
_REFUSALS = {
    Outcome.AUTH_FAILED: (401, "Invalid API key", "Unauthorized"),
    Outcome.QUOTA_EXHAUSTED: (403, "Not enough credits, please top up", "Forbidden"),
    Outcome.THROTTLED: (429, "Rate limited. Please retry", "Too Many Requests"),
}


class EnrichLayer:
    """Imitates enrichlayer.com/api/v2; one credit for each profile found. Spent credits are a 403."""

    name = "enrichlayer"

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="profile", path="/enrichlayer/api/v2/profile", methods=("GET",), answer=self.profile),
        )

    def key(self, call: Call) -> str:
        """Read a Bearer token."""
        return call.headers.get("authorization", "").removeprefix("Bearer ").strip()

    def profile(self, call: Call) -> Answer:
        """Tell the profile at an address, or 404."""
        asked = dict(call.query)
        whom = question({"linkedin": asked.get("profile_url", "")})
        if not whom.identity:
            return _error(400, "Missing required parameter: profile_url", "Bad Request")
        if absent(self._seed, self.name, whom, percent=MISSING_PERCENT):
            item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.NO_MATCH)
            missing = _error(404, "Person profile does not exist", "Not Found")
            return Answer(items=(item,)).refused(missing, Outcome.NO_MATCH)
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.OK, charged=1)
        return Answer(payload=_profile(person_for(whom, self._seed)), items=(item,))

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse in Enrich Layer's words."""
        return _error(*_REFUSALS[outcome])

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()


def _profile(one: Person) -> dict[str, object]:
    return {
        "public_identifier": one.linkedin,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "full_name": one.name,
        "follower_count": None,
        "occupation": f"{one.title} at {one.employer.name}",
        "headline": one.title,
        "summary": None,
        "country": one.country[:2].upper(),
        "country_full_name": one.country,
        "city": one.city,
        "state": one.state,
        "experiences": [_job(held, number) for number, held in enumerate(one.jobs)],
        "education": [],
    }


def _job(held: Job, number: int) -> dict[str, object]:
    told: dict[str, object] = {
        "starts_at": _day(held.start),
        "company": held.company.name,
        "company_linkedin_profile_url": f"https://www.linkedin.com/company/{held.company.linkedin}/",
        "title": held.title,
        "description": None,
        "location": held.company.city,
    }
    # The end of a job that goes on is null, or is not there at all.
    return told if held.end is None and number else {"ends_at": None if held.end is None else _day(held.end), **told}


def _day(of: date) -> dict[str, int]:
    return {"day": 1, "month": of.month, "year": of.year}


def _error(code: int, description: str, name: str) -> Answer:
    return Answer(status=code, payload={"code": code, "description": description, "name": name})
