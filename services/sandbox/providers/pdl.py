"""People Data Labs: person/enrich and person/bulk."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, History, Outcome, Usage
from services.sandbox.dice import Dice
from services.sandbox.people import absent, person_for
from services.sandbox.providers import pdl_shapes as shapes
from services.sandbox.question import Question, question

MISSING_PERCENT = 15
BULK_MOST = 100
_PLAN = 100_000
_STRANGER = {"params": {"name": "Nobody Askedfor", "company": "stranger.example.com"}, "metadata": {"id": "stranger"}}
_ERRORS = {
    Outcome.AUTH_FAILED: (401, "authentication_error", "Request contained a missing or invalid key"),
    Outcome.QUOTA_EXHAUSTED: (402, "payment_required", "You have hit your account maximum for person enrichment"),
    Outcome.THROTTLED: (429, "rate_limit_error", "An error occurred due to requests hitting the API too quickly"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    item: AskedItem
    record: dict[str, object]


class PeopleDataLabs:
    """Imitates api.peopledatalabs.com/v5; one credit for each person found, a 404 is free."""

    name = "pdl"

    def __init__(self, *, seed: int, history: History) -> None:
        self._seed = seed
        self._history = history
        root = "/pdl/v5/person"
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="person/enrich", path=f"{root}/enrich", methods=("GET", "POST"), answer=self.enrich),
            Endpoint(name="person/bulk", path=f"{root}/bulk", methods=("POST",), answer=self.bulk),
        )

    def key(self, call: Call) -> str:
        """Read X-Api-Key, or the api_key parameter."""
        return call.headers.get("x-api-key", "") or call.query.get("api_key", "")

    def enrich(self, call: Call) -> Answer:
        """Answer one person, as query parameters or as a JSON body."""
        body = call.document if isinstance(call.document, dict) else {}
        params = body.get("params") if isinstance(body.get("params"), dict) else body
        asked = {key: value for key, value in {**call.query, **(params or {})}.items() if key != "api_key"}
        told = self._tell(asked, free_plan=_free(call))
        status = told.record["status"]
        return Answer(
            status=status if isinstance(status, int) else 200,
            payload={**told.record, "dataset_version": "31.0"} if status == 200 else told.record,
            headers=self._cost(call, told.item.charged),
            items=(told.item,),
        )

    def bulk(self, call: Call) -> Answer:
        """Answer up to a hundred people in the order asked, each with its status and metadata."""
        requests = call.document.get("requests") if isinstance(call.document, dict) else None
        if not isinstance(requests, list) or not requests or not all(isinstance(one, dict) for one in requests):
            return _error(400, "invalid_request_error", "Request object must contain a non-empty `requests` list")
        told = [self._tell_one_of(one, free_plan=_free(call)) for one in requests]
        items = tuple(one.item for one in told)
        if len(told) > BULK_MOST:
            refused = _error(400, "invalid_request_error", f"`requests` must hold at most {BULK_MOST} objects")
            return Answer(items=items).refused(refused, Outcome.BAD_REQUEST)
        return Answer(
            payload=[one.record for one in told],
            headers=self._cost(call, sum(item.charged for item in items)),
            items=items,
            items_at="",
            stranger=lambda: self._tell_one_of(_STRANGER, free_plan=False).record,
        )

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse in the words of People Data Labs."""
        return _error(*_ERRORS[outcome])

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:
        """Tell the limits as JSON objects, and when the first window ends."""
        names = {60: "minute", 3600: "hour", 86400: "day"}
        limits = {names.get(int(usage.window_s), "minute"): usage.limit for usage in usages}
        left = {names.get(int(usage.window_s), "minute"): max(0, usage.limit - usage.used) for usage in usages}
        resets = datetime.now(UTC) + timedelta(seconds=min((usage.resets_in for usage in usages), default=60.0))
        return (
            ("x-ratelimit-limit", orjson.dumps(limits).decode()),
            ("x-ratelimit-remaining", orjson.dumps(left).decode()),
            ("x-ratelimit-reset", resets.strftime("%Y-%m-%dT%H:%M:%SZ")),
        )

    def _tell_one_of(self, one: Mapping[str, object], *, free_plan: bool) -> _Told:
        params = one.get("params")
        told = self._tell(params if isinstance(params, dict) else {}, free_plan=free_plan)
        if "metadata" not in one:
            return told
        item = replace(told.item, asked={**told.item.asked, "metadata": one["metadata"]})
        return _Told(item=item, record={**told.record, "metadata": one["metadata"]})

    def _tell(self, params: Mapping[str, object], *, free_plan: bool) -> _Told:
        whom = _whom(params)
        if not whom.identity:
            message = "Request must contain a profile, email, phone, or a name with a company, school or location"
            item = AskedItem(identity="", asked=params, outcome=Outcome.BAD_REQUEST)
            return _Told(item=item, record=_record(400, "invalid_request_error", message))
        likelihood = Dice(self._seed, "likelihood", whom.person_key).between(3, 10)
        least = params.get("min_likelihood", 0)
        too_unlikely = str(least).isdigit() and likelihood < int(str(least))
        if too_unlikely or absent(self._seed, self.name, whom, percent=MISSING_PERCENT):
            item = AskedItem(identity=whom.identity, asked=params, outcome=Outcome.NO_MATCH)
            return _Told(item=item, record=_record(404, "not_found", "No records were found matching your request"))
        data = shapes.person(person_for(whom, self._seed), seed=self._seed, free_plan=free_plan)
        item = AskedItem(identity=whom.identity, asked=params, outcome=Outcome.OK, charged=1)
        return _Told(item=item, record={"status": 200, "likelihood": likelihood, "data": data})

    def _cost(self, call: Call, spent: int) -> tuple[tuple[str, str], ...]:
        used = self._history.units(self.name, call.credential) + spent
        return (
            ("x-call-credits-spent", str(spent)),
            ("x-call-credits-type", "enrich"),
            ("x-totallimit-remaining", str(_PLAN - used)),
            ("x-lifetime-used", str(used)),
        )


def _whom(params: Mapping[str, object]) -> Question:
    def first(key: str) -> str:
        value = params.get(key) or ""
        return str(value[0]) if isinstance(value, list) and value else str(value)

    named = first("name") or f"{first('first_name')} {first('last_name')}".strip()
    elsewhere = first("school") or first("location")
    company = first("company")
    is_domain = "." in company and " " not in company
    return question(
        {
            "linkedin": first("profile"),
            "email": first("email"),
            "name": named,
            "domain" if is_domain else "company": company,
            "id": first("lid") or first("phone") or (f"{named}, {elsewhere}" if named and elsewhere else ""),
        }
    )


def _free(call: Call) -> bool:
    return (call.headers.get("x-api-key", "") or call.query.get("api_key", "")).startswith("free")


def _record(status: int, kind: str, message: str) -> dict[str, object]:
    return {"status": status, "error": {"type": kind, "message": message}}


def _error(status: int, kind: str, message: str) -> Answer:
    return Answer(status=status, payload=_record(status, kind, message))
