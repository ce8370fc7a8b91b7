"""FullEnrich: contacts enriched in bulk, told by signed callbacks or when asked."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from services.sandbox.answer import Answer, AskedItem, Bench, Call, Callback, Endpoint, Outcome, Usage, Work
from services.sandbox.dice import Dice, hex_id
from services.sandbox.people import Job, Person, absent, person_for
from services.sandbox.question import Question, question

MISSING_PERCENT = 15
BULK_MOST = 100
WORK_SECONDS = 0.3
_FIELDS = {
    "linkedin_url": "linkedin",
    "company_name": "company",
    **{field: field for field in ("first_name", "last_name", "domain")},
}
_VERDICTS = ("DELIVERABLE",) * 7 + ("HIGH_PROBABILITY",) * 2 + ("CATCH_ALL",)
_REFUSALS = {
    Outcome.AUTH_FAILED: (401, "error.api.key", "Unknown api key"),
    Outcome.QUOTA_EXHAUSTED: (400, "error.enrichment.credits", "You don't have enough credits for this enrichment"),
    Outcome.THROTTLED: (429, "error.rate_limit", "Too many requests: 60 per minute are allowed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    item: AskedItem
    contact: dict[str, object]


class FullEnrich:
    """Imitates app.fullenrich.com/api/v2; one credit for each work email found, charged when it is found."""

    name = "fullenrich"

    def __init__(self, *, seed: int, bench: Bench) -> None:
        self._seed = seed
        self._bench = bench
        self._started = 0
        root = "/fullenrich/api/v2/contact/enrich/bulk"
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="contact/enrich/bulk", path=root, methods=("POST",), answer=self.enrich),
            Endpoint(name="contact/enrich/bulk/id", path=root + "/{enrichment_id}", methods=("GET",), answer=self.show),
        )

    def key(self, call: Call) -> str:
        """Read a Bearer token."""
        return call.headers.get("authorization", "").removeprefix("Bearer ").strip()

    def enrich(self, call: Call) -> Answer:
        """Take up to a hundred contacts, to be enriched after this is answered."""
        sent = call.document if isinstance(call.document, dict) else {}
        asked = sent.get("data")
        if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
            return _error(400, "error.enrichment.datas.empty", "There is no contact in `data`")
        if len(asked) > BULK_MOST:
            return _error(400, "error.enrichment.datas.max", f"Send at most {BULK_MOST} contacts")
        self._started += 1
        number = hex_id(32, "enrichment", self._seed, self._started, call.body)
        work_id = "-".join((number[:8], number[8:12], number[12:16], number[16:20], number[20:]))
        told = [self._tell(one) for one in asked]
        work = Work(
            id=work_id,
            result=_envelope(work_id, sent, told, "FINISHED"),
            seconds=WORK_SECONDS,
            charges=tuple(one.item for one in told),
            callbacks=_callbacks(work_id, sent, told, key=self.key(call)),
        )
        items = tuple(
            AskedItem(identity=one.item.identity, asked=one.item.asked, outcome=Outcome.PENDING) for one in told
        )
        return Answer(payload={"enrichment_id": work_id}, items=items, work=work)

    def show(self, call: Call) -> Answer:
        """Tell how far an enrichment is, with what it found once it is done."""
        work_id = call.path.rpartition("/")[2]
        left = self._bench.left(work_id)
        if left is None:
            return _error(404, "error.enrichment.not_found", "There is no such enrichment")
        if left > 0:
            return Answer(payload={"id": work_id, "name": "", "status": "IN_PROGRESS", "data": []})
        return Answer(payload=self._bench.result(work_id))

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse in FullEnrich's words."""
        return _error(*_REFUSALS[outcome])

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()

    def _tell(self, asked: Mapping[str, object]) -> _Told:
        whom = question({_FIELDS[key]: str(value) for key, value in asked.items() if key in _FIELDS and value})
        known = whom.identity and not absent(self._seed, self.name, whom, percent=MISSING_PERCENT)
        item = AskedItem(
            identity=whom.identity,
            asked=asked,
            outcome=Outcome.OK if known else Outcome.NO_MATCH,
            charged=1 if known else 0,
        )
        echo = {"custom": asked["custom"]} if "custom" in asked else {}
        given = {key: value for key, value in asked.items() if key not in ("custom", "enrich_fields")}
        return _Told(item=item, contact={"input": given, **echo, **(self._found(whom) if known else _NOTHING)})

    def _found(self, whom: Question) -> dict[str, object]:
        one = person_for(whom, self._seed)
        email = {"email": one.email, "status": Dice(self._seed, "fullenrich", one.key).pick(_VERDICTS)}
        return {
            "contact_info": {"most_probable_work_email": email, "work_emails": [email], "phones": []},
            "profile": _profile(one),
        }


_NOTHING: dict[str, object] = {"contact_info": {"most_probable_work_email": None, "work_emails": [], "phones": []}}


def _profile(one: Person) -> dict[str, object]:
    jobs = [_job(held) for held in one.jobs]
    return {
        "id": one.id,
        "full_name": one.name,
        "first_name": one.first_name,
        "last_name": one.last_name,
        "location": {"country": one.country, "region": one.state, "city": one.city},
        "social_profiles": {"professional_network": {"url": f"https://www.linkedin.com/in/{one.linkedin}"}},
        "employment": {"current": jobs[0], "all": jobs},
    }


def _job(held: Job) -> dict[str, object]:
    company = held.company
    told: dict[str, object] = {
        "title": held.title,
        "is_current": held.end is None,
        "company": {"id": company.id, "name": company.name, "domain": company.domain, "website": company.domain},
        "start_at": f"{held.start.isoformat()}T00:00:00Z",
    }
    return told if held.end is None else {**told, "end_at": f"{held.end.isoformat()}T00:00:00Z"}


def _envelope(work_id: str, sent: Mapping[str, object], told: list[_Told], status: str) -> dict[str, object]:
    return {
        "id": work_id,
        "name": sent.get("name", ""),
        "status": status,
        "cost": {"credits": sum(one.item.charged for one in told)},
        "data": [one.contact for one in told],
    }


def _callbacks(work_id: str, sent: Mapping[str, object], told: list[_Told], *, key: str) -> tuple[Callback, ...]:
    """Return one callback for each contact, where they were asked for, and one for all; each signed with the key."""
    events = sent.get("webhook_events")
    each = events.get("contact_finished") if isinstance(events, dict) else None
    bodies = [(each, _envelope(work_id, sent, [one], "IN_PROGRESS")) for one in told] if each else []
    bodies += [(sent["webhook_url"], _envelope(work_id, sent, told, "FINISHED"))] if sent.get("webhook_url") else []
    return tuple(_signed(str(url), orjson.dumps(body), key) for url, body in bodies)


def _signed(url: str, body: bytes, key: str) -> Callback:
    signature = hmac.new(key.encode(), body, hashlib.sha1).hexdigest()
    return Callback(url=url, body=body, headers=(("content-type", "application/json"), ("x-signature-sha1", signature)))


def _error(status: int, code: str, message: str) -> Answer:
    return Answer(status=status, payload={"code": code, "message": message})
