"""Hunter: email-finder and email-verifier."""

from collections.abc import Mapping

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, History, Outcome, Usage
from services.sandbox.dice import Dice
from services.sandbox.people import Person, absent, person_for
from services.sandbox.question import Question, question

MISSING_PERCENT = 20
PENDING_PERCENT = 10
BLOCKED_PERCENT = 3
_ECHOED = ("first_name", "last_name", "full_name", "domain", "company", "max_duration")
_VERDICTS = ("valid",) * 14 + ("accept_all",) * 3 + ("invalid", "unknown", "webmail")
_RESULTS = {"valid": "deliverable", "invalid": "undeliverable", "disposable": "undeliverable"}
_BLOCKED = "Unavailable for legal reasons: this person asked us not to process their personal data"
_REFUSALS = {
    Outcome.AUTH_FAILED: (401, "authentication_failed", "No user found for the API key supplied"),
    Outcome.QUOTA_EXHAUSTED: (
        429,
        "too_many_requests",
        "You've reached your usage limit. Upgrade your plan if necessary.",
    ),
    Outcome.THROTTLED: (
        403,
        "rate_limit_reached",
        "You've reached the rate limit of the API. Slow down and try again.",
    ),
}


class Hunter:
    """Imitates api.hunter.io/v2; one credit for an address found and one for a verdict.

    Hunter says 403 for "too fast" and 429 for "no credits left".
    """

    name = "hunter"

    def __init__(self, *, seed: int, history: History) -> None:
        self._seed = seed
        self._history = history
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="email-finder", path="/hunter/v2/email-finder", methods=("GET",), answer=self.find),
            Endpoint(name="email-verifier", path="/hunter/v2/email-verifier", methods=("GET",), answer=self.verify),
        )

    def key(self, call: Call) -> str:
        """Read X-API-KEY, a Bearer token or the api_key parameter."""
        bearer = call.headers.get("authorization", "").removeprefix("Bearer ").strip()
        return call.headers.get("x-api-key", "") or bearer or call.query.get("api_key", "")

    def find(self, call: Call) -> Answer:
        """Find a work address; a miss is a null address, or 404 when only a LinkedIn handle was given."""
        asked = _without_key(call)
        whom = _whom(asked)
        if not whom.identity:
            return _error(400, "wrong_params", "You are missing the domain parameter")
        early = self._early("email-finder", whom, asked)
        if early is not None:
            return early
        meta = {"params": {field: asked.get(field) for field in _ECHOED}}
        if absent(self._seed, self.name, whom, percent=MISSING_PERCENT):
            item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.NO_MATCH)
            if whom.linkedin:
                return Answer(items=(item,)).refused(
                    _error(404, "not_found", "The requested resource couldn't be found."), Outcome.NO_MATCH
                )
            return Answer(payload={"data": _nothing(whom), "meta": meta}, items=(item,))
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.OK, charged=1)
        return Answer(payload={"data": self._found(person_for(whom, self._seed)), "meta": meta}, items=(item,))

    def verify(self, call: Call) -> Answer:
        """Tell whether an address can be written to."""
        asked = _without_key(call)
        whom = question({"email": asked.get("email", "")})
        if "@" not in whom.email:
            return _error(400, "wrong_params", "You are missing the email parameter")
        early = self._early("email-verifier", whom, asked)
        if early is not None:
            return early
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.OK, charged=1)
        payload = {"data": self._verdict(whom.email), "meta": {"params": {"email": asked["email"]}}}
        return Answer(payload=payload, items=(item,))

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse in Hunter's words."""
        return _error(*_REFUSALS[outcome])

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing: Hunter sends no rate headers."""
        return ()

    def _early(self, endpoint: str, whom: Question, asked: Mapping[str, str]) -> Answer | None:
        """Answer 451 or 202 where this question gets one; 202 only the first time it is asked."""
        dice = Dice(self._seed, "hunter", endpoint, whom.identity)
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.BLOCKED_LEGAL)
        if dice.chance(BLOCKED_PERCENT):
            return Answer(items=(item,)).refused(_error(451, "claimed_email", _BLOCKED), Outcome.BLOCKED_LEGAL)
        slow = dice.chance(PENDING_PERCENT)
        if slow and not self._history.was_pending(provider=self.name, endpoint=endpoint, identity=whom.identity):
            wait = Answer(status=202, payload={"data": None, "meta": {"params": asked}})
            return Answer(items=(item,)).refused(wait, Outcome.PENDING)
        return None

    def _found(self, one: Person) -> dict[str, object]:
        dice = Dice(self._seed, "hunter found", one.key)
        return {
            "first_name": one.first_name,
            "last_name": one.last_name,
            "email": one.email,
            "score": dice.between(70, 99),
            "domain": one.email.partition("@")[2],
            "accept_all": dice.chance(15),
            "position": one.title,
            "twitter": None,
            "linkedin_url": f"https://linkedin.com/in/{one.linkedin}",
            "phone_number": None,
            "company": one.employer.name,
            "sources": _sources(one.employer.domain),
            "verification": {"date": "2026-09-14T08:12:11Z", "status": "valid"},
        }

    def _verdict(self, email: str) -> dict[str, object]:
        verdict = Dice(self._seed, "verdict", email).pick(_VERDICTS)
        good = verdict in ("valid", "accept_all", "webmail")
        return {
            "status": verdict,
            "result": _RESULTS.get(verdict, "risky"),
            "score": {"valid": 97, "invalid": 4}.get(verdict, 60),
            "email": email,
            "regexp": True,
            "gibberish": False,
            "disposable": verdict == "disposable",
            "webmail": verdict == "webmail",
            "mx_records": verdict != "invalid",
            "smtp_server": good,
            "smtp_check": verdict == "valid",
            "accept_all": verdict == "accept_all",
            "block": False,
            "sources": _sources(email.partition("@")[2]),
        }


def _whom(asked: Mapping[str, str]) -> Question:
    names = {key: asked.get(key, "") for key in ("first_name", "last_name", "domain", "company")}
    return question({**names, "name": asked.get("full_name", ""), "linkedin": asked.get("linkedin_handle", "")})


def _without_key(call: Call) -> dict[str, str]:
    return {key: value for key, value in call.query.items() if key != "api_key"}


def _nothing(whom: Question) -> dict[str, object]:
    blanks = dict.fromkeys(("email", "score", "accept_all", "position", "twitter", "linkedin_url", "phone_number"))
    named = {"first_name": whom.first_name, "last_name": whom.last_name, "domain": whom.domain or None}
    verification: dict[str, object] = {"date": None, "status": None}
    return {**blanks, **named, "company": whom.company or None, "sources": [], "verification": verification}


def _sources(domain: str) -> list[dict[str, object]]:
    page = {"domain": domain, "uri": f"https://{domain}/about"}
    return [{**page, "extracted_on": "2025-08-04", "last_seen_on": "2026-03-18", "still_on_page": True}]


def _error(status: int, error_id: str, details: str) -> Answer:
    return Answer(status=status, payload={"errors": [{"id": error_id, "code": status, "details": details}]})
