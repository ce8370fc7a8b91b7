"""Apollo: people/match, people/bulk_match and organizations/enrich."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from services.sandbox.answer import Answer, AskedItem, Bench, Call, Endpoint, Outcome, Usage
from services.sandbox.companies import company_for
from services.sandbox.dice import Dice
from services.sandbox.people import absent, person_for
from services.sandbox.providers import apollo_shapes as shapes
from services.sandbox.providers.apollo_waterfall import Told, request_id, waterfall
from services.sandbox.question import bare_domain, question

MISSING_PERCENT = 6
_FIELDS = {
    "linkedin_url": "linkedin",
    "organization_name": "company",
    **{field: field for field in ("email", "name", "first_name", "last_name", "domain", "id")},
}
_STRANGER = {"name": "Nobody Askedfor", "domain": "stranger.example.com"}
_WINDOWS = {60: "minute", 3600: "hourly", 86400: "24-hour"}


class Apollo:
    """Imitates api.apollo.io/api/v1; one credit for each distinct person found."""

    name = "apollo"

    def __init__(self, *, seed: int, bench: Bench) -> None:
        self._seed = seed
        self._bench = bench
        self._started = 0
        self.endpoints: tuple[Endpoint, ...] = (
            _endpoint("people/bulk_match", "POST", self.bulk_match),
            _endpoint("people/match", "POST", self.match),
            _endpoint("organizations/enrich", "GET", self.enrich),
            _endpoint("webhook_result/{request_id}", "GET", self.show),
        )

    def key(self, call: Call) -> str:
        """Read x-api-key; a Bearer key is not accepted."""
        return call.headers.get("x-api-key", "")

    def bulk_match(self, call: Call) -> Answer:
        """Answer up to ten people, nulls in the place of those not found."""
        details = call.document.get("details") if isinstance(call.document, dict) else None
        if not details:
            return _failed(400, "INVALID_REQUEST", "invalid request, missing details")
        if not isinstance(details, list) or not all(isinstance(one, dict) for one in details):
            return _failed(422, "UNKNOWN_ERROR", "no implicit conversion of Symbol into Integer")
        told = self._once(details)
        if len(told) > 10:
            items = tuple(one.item for one in told)
            refused = _failed(400, "RECORD_LIMIT_EXCEEDED", "cannot enrich more than 10 in a single request")
            return Answer(items=items).refused(refused, Outcome.BAD_REQUEST)
        if call.query.get("run_waterfall_email") == "true":
            self._started += 1
            return waterfall(told, call, seed=self._seed, number=self._started)
        charged = sum(one.item.charged for one in told)
        payload = {
            "status": "success",
            "error_code": None,
            "error_message": None,
            "total_requested_enrichments": len(told),
            "unique_enriched_records": charged,
            "missing_records": sum(one.match is None for one in told),
            "credits_consumed": charged,
            "matches": [one.match for one in told],
            "request_id": request_id(one.item.identity for one in told),
        }
        return Answer(
            payload=payload,
            items=tuple(one.item for one in told),
            items_at="matches",
            stranger=lambda: self._tell(_STRANGER).match,
        )

    def match(self, call: Call) -> Answer:
        """Answer one person; a miss is a null, or a stub with an empty name when it was asked by email."""
        asked: dict[str, object] = {**call.query, **(call.document if isinstance(call.document, dict) else {})}
        told = self._tell(asked, funded=True)
        found = told.match or _stub(told.item.identity)
        payload = {"person": found, "request_id": request_id([told.item.identity])}
        return Answer(payload=payload, items=(told.item,))

    def enrich(self, call: Call) -> Answer:
        """Answer one organization by its domain; a miss is an empty object."""
        domain = bare_domain(call.query.get("domain", ""))
        if not domain:
            return Answer(status=422, payload={"error": "Required parameter 'domain' missing"})
        missing = Dice(self._seed, "absent", "apollo", domain).chance(MISSING_PERCENT)
        item = AskedItem(
            identity=f"domain:{domain}",
            asked=dict(call.query),
            outcome=Outcome.NO_MATCH if missing else Outcome.OK,
            charged=0 if missing else 1,
        )
        found = {} if missing else {"organization": shapes.funded_organization(company_for(domain=domain, name=""))}
        return Answer(payload=found, items=(item,))

    def show(self, call: Call) -> Answer:
        """Tell what a waterfall found, or that it is not done."""
        request_id = call.path.rpartition("/")[2]
        left = self._bench.left(request_id)
        if left is None:
            return Answer(status=404, payload={"error_code": "request_id_unknown"})
        if left > 0:
            return Answer(status=404, payload={"error_code": "result_pending", "retry_after_seconds": 10})
        return Answer(
            payload={
                "request_id": request_id,
                "webhook_status": "success",
                "request_type": "waterfall",
                "failure_reason": None,
                "webhook_result": self._bench.result(request_id),
            }
        )

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:
        """Refuse in Apollo's words; how it tells spent credits is not documented, so 422 is a guess."""
        if outcome is Outcome.AUTH_FAILED:
            text = b"Invalid API key. See https://docs.apollo.io/reference/authentication for how to authenticate."
            return Answer(status=401, body=text, content_type="text/plain; charset=utf-8")
        if outcome is Outcome.QUOTA_EXHAUSTED:
            return _failed(422, "INSUFFICIENT_CREDITS", "You have insufficient credits. Please upgrade your plan.")
        message = (
            f"The maximum number of api calls allowed for api/v1/{endpoint} is 600 times per hour. "
            "Please upgrade your plan from https://app.apollo.io/#/settings/plans/upgrade."
        )
        return Answer(status=429, payload={"message": message})

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:
        """Tell three windows; the value is empty where a window has no limit."""
        by_window = {_WINDOWS.get(int(usage.window_s), "minute"): usage for usage in usages}
        told: list[tuple[str, str]] = []
        for window in _WINDOWS.values():
            usage = by_window.get(window)
            left = "" if usage is None else str(max(0, usage.limit - usage.used))
            told.append((f"x-rate-limit-{window}", "" if usage is None else str(usage.limit)))
            told.append((f"x-{window}-usage", "" if usage is None else str(usage.used)))
            told.append((f"x-{window}-requests-left", left))
        return tuple(told)

    def _once(self, details: list[dict[str, object]]) -> list[Told]:
        """Tell each of the people; one asked for twice in a call is charged once."""
        told: list[Told] = []
        paid: set[str] = set()
        for one in details:
            answer = self._tell(one)
            if answer.item.identity in paid:
                answer = Told(item=replace(answer.item, charged=0), match=answer.match)
            elif answer.item.charged:
                paid.add(answer.item.identity)
            told.append(answer)
        return told

    def _tell(self, asked: Mapping[str, object], *, funded: bool = False) -> Told:
        whom = question({_FIELDS[key]: str(value) for key, value in asked.items() if key in _FIELDS and value})
        if not whom.identity or absent(self._seed, self.name, whom, percent=MISSING_PERCENT):
            return Told(item=AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.NO_MATCH), match=None)
        match = shapes.person(person_for(whom, self._seed), seed=self._seed, mail=whom.email, funded=funded)
        if whom.reference:
            match["id"] = whom.reference
        item = AskedItem(identity=whom.identity, asked=asked, outcome=Outcome.OK, charged=1)
        return Told(item=item, match=match)


def _endpoint(name: str, method: str, answer: Callable[[Call], Answer]) -> Endpoint:
    return Endpoint(name=name, path=f"/apollo/api/v1/{name}", methods=(method,), answer=answer)


def _stub(identity: str) -> dict[str, object] | None:
    """Return what a miss looks like: nothing, or for an email a nameless person at the domain's organization."""
    if not identity.startswith("email:"):
        return None
    company = company_for(domain=identity.partition("@")[2], name=identity)
    return {"name": "", "match_confidence": "none", "organization": shapes.funded_organization(company)}


def _failed(status: int, code: str, message: str) -> Answer:
    return Answer(status=status, payload={"status": "failed", "error_code": code, "error_message": message})
