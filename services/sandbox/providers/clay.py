"""Clay: a table that takes rows by its webhook and answers each by an HTTP API column."""

from collections.abc import Mapping

import orjson

from services.sandbox.answer import Answer, AskedItem, Call, Callback, Endpoint, Outcome, Usage, Work
from services.sandbox.people import Job, Person, absent, person_for
from services.sandbox.question import question

MISSING_PERCENT = 10
WORK_SECONDS = 0.3
TABLE_ROWS = 50_000
_FIELDS = {
    "linkedin_url": "linkedin",
    "company_domain": "domain",
    "company_name": "company",
    "full_name": "name",
    **{field: field for field in ("email", "first_name", "last_name")},
}
_REFUSALS = {
    Outcome.AUTH_FAILED: (401, "Invalid authentication token"),
    Outcome.QUOTA_EXHAUSTED: (402, f"This webhook has received {TABLE_ROWS} rows, the most there can be"),
    Outcome.THROTTLED: (429, "Too many requests"),
}


class Clay:
    """Imitates a table's webhook; a row counts when it is taken, and is answered at the row's `callback_url`."""

    name = "clay"

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self._rows = 0
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="webhook", path="/clay/webhook", methods=("POST",), answer=self.take),
        )

    def key(self, call: Call) -> str:
        """Read the table's token."""
        return call.headers.get("x-clay-webhook-auth", "")

    def take(self, call: Call) -> Answer:
        """Take one row; what the table finds is sent after this is answered."""
        row = call.document if isinstance(call.document, dict) else {}
        whom = question({_FIELDS[key]: str(value) for key, value in row.items() if key in _FIELDS and value})
        self._rows += 1
        known = bool(whom.identity) and not absent(self._seed, self.name, whom, percent=MISSING_PERCENT)
        person = _person(person_for(whom, self._seed)) if known else None
        told = {"ref": row.get("ref"), "outcome": "ok" if known else "no_match", "person": person}
        item = AskedItem(
            identity=whom.identity, asked=row, outcome=Outcome.OK if known else Outcome.NO_MATCH, charged=1
        )
        work = Work(id=f"row-{self._rows}", result=told, seconds=WORK_SECONDS, callbacks=_callbacks(row, told))
        return Answer(payload={"success": True}, items=(item,), work=work)

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse with a message, without a code."""
        status, message = _REFUSALS[outcome]
        return Answer(status=status, payload={"message": message})

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()


def _callbacks(row: Mapping[str, object], told: Mapping[str, object]) -> tuple[Callback, ...]:
    if not row.get("callback_url"):
        return ()
    headers = (("content-type", "application/json"),)
    return (Callback(url=str(row["callback_url"]), body=orjson.dumps(told), headers=headers),)


def _person(one: Person) -> dict[str, object]:
    """Tell a person as the table's enrichment of a profile does: no email, ids as numbers or texts."""
    jobs = [_job(held, number) for number, held in enumerate(one.jobs)]
    return {
        "slug": one.linkedin,
        "profile_id": int(one.id[:6], 16),
        "first_name": one.first_name,
        "last_name": one.last_name,
        "name": one.name,
        "title": one.title,
        "headline": f"{one.title} at {one.employer.name}",
        "summary": None,
        "country": one.country,
        "location_name": f"{one.city}, {one.state}, {one.country}",
        "connections": 500,
        "num_followers": 512,
        "jobs_count": len(jobs),
        "url": f"https://www.linkedin.com/in/{one.linkedin}",
        "org": one.employer.name,
        "last_refresh": "2026-10-22 23:52:44.766",
        "latest_experience": jobs[0],
        "current_experience": [job for job in jobs if job["is_current"]],
        "experience": jobs,
    }


def _job(held: Job, number: int) -> dict[str, object]:
    company_id = int(held.company.id[:6], 16)
    return {
        "url": f"https://www.linkedin.com/company/{held.company.linkedin}",
        "title": held.title,
        "org_id": str(company_id) if number % 2 else company_id,
        "company": held.company.name,
        "summary": None,
        "end_date": None if held.end is None else held.end.isoformat(),
        "locality": f"{held.company.city}, {held.company.state}, {held.company.country}",
        "is_current": held.end is None,
        "start_date": held.start.isoformat(),
        "company_domain": held.company.domain,
    }
