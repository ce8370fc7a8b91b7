"""A function of the user's own behind HTTP (Modal, Cloud Run, ...): single and bulk, safe to repeat."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, History, Outcome, Usage
from services.sandbox.people import Job, Person, absent, person_for
from services.sandbox.question import question

MISSING_PERCENT = 8
BULK_MOST = 1_000
_FIELDS = {
    "linkedin_url": "linkedin",
    "linkedin": "linkedin",
    "website": "domain",
    "company_domain": "domain",
    "company_name": "company",
    "full_name": "name",
    **{field: field for field in ("email", "name", "first_name", "last_name", "domain", "company")},
}
_STRANGER = {"id": "stranger", "name": "Nobody Askedfor", "domain": "stranger.example.com"}
_REFUSALS = {
    Outcome.AUTH_FAILED: (401, "modal-http: missing credentials for proxy authorization"),
    Outcome.QUOTA_EXHAUSTED: (402, "The workspace's budget is spent; raise it and try again"),
    Outcome.THROTTLED: (429, "Too many requests; slow down and try again"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    item: AskedItem
    envelope: dict[str, object]


class Function:
    """Imitates a function that keeps the envelope {ok, outcome, data, cost} and honours Idempotency-Key.

    A person is told as a flat object or under `input`; the cost is in credits, one for each person found.
    """

    name = "function"

    def __init__(self, *, seed: int, history: History) -> None:
        self._seed = seed
        self._history = history
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="function", path="/function", methods=("POST",), answer=self.single),
            Endpoint(name="function/bulk", path="/function/bulk", methods=("POST",), answer=self.bulk),
        )

    def key(self, call: Call) -> str:
        """Read a Bearer token, Modal-Key or x-api-key."""
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return bearer or call.headers.get("modal-key", "") or call.headers.get("x-api-key", "")

    def single(self, call: Call) -> Answer:
        """Answer one item: a JSON object of what is known of the person."""
        if not isinstance(call.document, dict):
            return _refused(400, Outcome.BAD_REQUEST, "Send a JSON object with what is known of the person")
        told = self._tell(call.document)
        return self._once(call, Answer(payload=told.envelope, items=(told.item,)))

    def bulk(self, call: Call) -> Answer:
        """Answer `{"items": [...]}`, each echoed by its `id`."""
        asked = call.document.get("items") if isinstance(call.document, dict) else None
        if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
            return _refused(400, Outcome.BAD_REQUEST, 'Send {"items": [...]} with a JSON object for each person')
        if not 0 < len(asked) <= BULK_MOST:
            return _refused(400, Outcome.BAD_REQUEST, f"Send between 1 and {BULK_MOST} items")
        told = [self._tell(one) for one in asked]
        items = tuple(one.item for one in told)
        envelopes = [one.envelope for one in told]
        payload = {"ok": True, "outcome": "ok", "data": None, "cost": sum(item.charged for item in items)}
        answer = Answer(
            payload={**payload, "items": envelopes},
            items=items,
            items_at="items",
            stranger=lambda: self._tell(_STRANGER).envelope,
        )
        return self._once(call, answer)

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse with an envelope; without credentials in the words of Modal's proxy."""
        status, text = _REFUSALS[outcome]
        if outcome is Outcome.AUTH_FAILED:
            return Answer(status=status, body=text.encode(), content_type="text/plain; charset=utf-8")
        return _refused(status, outcome, text)

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()

    def _once(self, call: Call, answer: Answer) -> Answer:
        """Charge a repeated idempotency key nothing, and refuse one that comes with another body."""
        key = call.headers.get("idempotency-key")
        known = self._history.body_of_key(call.credential, key) if key else None
        if known is None:
            return answer
        if known != sha256(call.body).hexdigest():
            text = "This Idempotency-Key came with another body before; use a new key"
            return answer.refused(_refused(422, Outcome.BAD_REQUEST, text), Outcome.BAD_REQUEST)
        return replace(answer, items=tuple(replace(item, charged=0) for item in answer.items), replayed=True)

    def _tell(self, sent: Mapping[str, object]) -> _Told:
        inner = sent.get("input")
        asked: Mapping[str, object] = inner if isinstance(inner, dict) else sent
        whom = question({_FIELDS[key]: str(value) for key, value in asked.items() if key in _FIELDS and value})
        echo = {"id": sent["id"]} if "id" in sent else {}
        if not whom.identity:
            item = AskedItem(identity="", asked=asked, outcome=Outcome.BAD_REQUEST)
            return _Told(item=item, envelope={**echo, **_envelope(Outcome.BAD_REQUEST, None, 0)})
        if absent(self._seed, self.name, whom, percent=MISSING_PERCENT):
            item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.NO_MATCH)
            return _Told(item=item, envelope={**echo, **_envelope(Outcome.NO_MATCH, None, 0)})
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.OK, charged=1)
        data = _person(person_for(whom, self._seed))
        return _Told(item=item, envelope={**echo, **_envelope(Outcome.OK, data, 1)})


def _person(one: Person) -> dict[str, object]:
    return {
        "name": one.name,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "email": one.email,
        "linkedin_url": f"https://www.linkedin.com/in/{one.linkedin}",
        "title": one.title,
        "seniority": one.seniority,
        "city": one.city,
        "state": one.state,
        "country": one.country,
        "company": {
            "name": one.employer.name,
            "domain": one.employer.domain,
            "linkedin_url": f"https://www.linkedin.com/company/{one.employer.linkedin}",
            "industry": one.employer.industry,
            "employees": one.employer.employees,
            "founded": one.employer.founded,
            "revenue": one.employer.revenue,
            "funding": one.employer.funding,
        },
        "work_history": [_job(held) for held in one.jobs],
    }


def _job(held: Job) -> dict[str, object]:
    return {
        "company": held.company.legal_name,
        "domain": held.company.domain,
        "linkedin_url": f"https://www.linkedin.com/company/{held.company.linkedin}",
        "title": held.title,
        "start_date": held.start.isoformat(),
        "end_date": held.end.isoformat() if held.end else None,
        "is_current": held.end is None,
    }


def _envelope(outcome: Outcome, data: object, cost: int) -> dict[str, object]:
    return {"ok": outcome is not Outcome.BAD_REQUEST, "outcome": outcome, "data": data, "cost": cost}


def _refused(status: int, outcome: Outcome, error: str) -> Answer:
    return Answer(status=status, payload={**_envelope(outcome, None, 0), "ok": False, "error": error})
