"""ZeroBounce: validate and validatebatch."""

from collections.abc import Mapping

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, Outcome, Usage
from services.sandbox.dice import Dice

BATCH_MOST = 100
_VERDICTS = (("valid", ""),) * 14 + (
    ("catch-all", ""),
    ("valid", "accept_all"),
    ("invalid", "mailbox_not_found"),
    ("do_not_mail", "role_based"),
    ("spamtrap", ""),
    ("unknown", "greylisted"),
)
_REFUSED = "Invalid API Key or your account ran out of credits"


class ZeroBounce:
    """Imitates api.zerobounce.net/v2; one credit for each verdict, none for `unknown`.

    A refused key and spent credits are told with 200, in the same words.
    """

    name = "zerobounce"

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(name="validate", path="/zerobounce/v2/validate", methods=("GET",), answer=self.validate),
            Endpoint(name="validatebatch", path="/zerobounce/v2/validatebatch", methods=("POST",), answer=self.batch),
        )

    def key(self, call: Call) -> str:
        """Read the api_key of the query, or of the body."""
        body = call.document if isinstance(call.document, dict) else {}
        return call.query.get("api_key", "") or str(body.get("api_key", ""))

    def validate(self, call: Call) -> Answer:
        """Tell whether an address can be written to."""
        email = call.query.get("email", "")
        if "@" not in email:
            return Answer(payload={"error": "Invalid or missing parameter: email"})
        asked = {"email": email}
        return Answer(payload=self._verdict(email), items=(self._item(email, asked),))

    def batch(self, call: Call) -> Answer:
        """Tell it of up to a hundred addresses; the order is not theirs."""
        body = call.document if isinstance(call.document, dict) else {}
        asked = body.get("email_batch")
        if not isinstance(asked, list) or not 0 < len(asked) <= BATCH_MOST:
            return _failed("Send between 1 and 100 addresses")
        emails = [str(one.get("email_address", "")) if isinstance(one, dict) else "" for one in asked]
        return Answer(
            payload={"email_batch": [self._verdict(email) for email in reversed(emails)], "errors": []},
            items=tuple(self._item(email, {"email": email}) for email in emails),
            items_at="email_batch",
            stranger=lambda: self._verdict("stranger@stranger.example.com"),
        )

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:
        """Refuse: with 200 in its own words, or 429."""
        if outcome is Outcome.THROTTLED:
            return Answer(status=429, payload={"error": "Too many requests"})
        return _failed(_REFUSED) if endpoint == "validatebatch" else Answer(payload={"error": _REFUSED})

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()

    def _item(self, email: str, asked: Mapping[str, object]) -> AskedItem:
        known = self._status(email)[0] != "unknown"
        outcome = Outcome.OK if known else Outcome.NO_MATCH
        return AskedItem(identity=f"email:{email.lower()}", asked=asked, outcome=outcome, charged=1 if known else 0)

    def _status(self, email: str) -> tuple[str, str]:
        return Dice(self._seed, "zerobounce", email.lower()).pick(_VERDICTS)

    def _verdict(self, email: str) -> dict[str, object]:
        status, sub_status = self._status(email)
        account, _, domain = email.partition("@")
        return {
            "address": email,
            "status": status,
            "sub_status": sub_status,
            "free_email": False,
            "did_you_mean": None,
            "account": account,
            "domain": domain,
            "domain_age_days": "9692",
            "smtp_provider": "example",
            "mx_found": "true",
            "mx_record": f"mx.{domain}",
            **dict.fromkeys(("firstname", "lastname", "gender", "country", "region", "city", "zipcode")),
            "processed_at": "2026-10-28 12:30:18.990",
        }


def _failed(error: str) -> Answer:
    return Answer(payload={"email_batch": [], "errors": [{"email_address": "all", "error": error}]})
