"""NeverBounce: single/check. Whatever goes wrong, it says so with HTTP 200."""

from services.sandbox.answer import Answer, AskedItem, Call, Endpoint, Outcome, Usage
from services.sandbox.dice import Dice

_RESULTS = ("valid",) * 14 + ("catchall",) * 3 + ("invalid", "disposable", "unknown")
_REFUSALS = {
    Outcome.AUTH_FAILED: ("auth_failure", "Invalid API key"),
    Outcome.QUOTA_EXHAUSTED: ("general_failure", "Insufficient credits: there are not enough credits left"),
    Outcome.THROTTLED: ("throttle_triggered", "Too many requests in a short period of time"),
}


class NeverBounce:
    """Imitates api.neverbounce.com/v4.2; one credit for each check, whatever comes of it."""

    name = "neverbounce"

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self.endpoints: tuple[Endpoint, ...] = (
            Endpoint(
                name="single/check", path="/neverbounce/v4.2/single/check", methods=("GET", "POST"), answer=self.check
            ),
        )

    def key(self, call: Call) -> str:
        """Read the key of the query, or of the body."""
        return _given(call, "key")

    def check(self, call: Call) -> Answer:
        """Tell whether an address can be written to."""
        email = _given(call, "email")
        if "@" not in email:
            return _told("general_failure", message="Missing required parameter 'email'")
        result = Dice(self._seed, "neverbounce", email.lower()).pick(_RESULTS)
        outcome = Outcome.NO_MATCH if result == "unknown" else Outcome.OK
        item = AskedItem(identity=f"email:{email.lower()}", asked={"email": email}, outcome=outcome, charged=1)
        flags = ["has_dns", "has_dns_mx"] if result != "invalid" else ["has_dns"]
        payload: dict[str, object] = {
            "status": "success",
            "result": result,
            "flags": flags,
            "suggested_correction": "",
            "retry_token": "",
            "execution_time": 499,
        }
        if _given(call, "address_info") == "1":
            host = email.lower().rpartition("@")[2]
            payload["address_info"] = {"original_email": email, "normalized_email": email.lower(), "host": host}
        return Answer(payload=payload, items=(item,))

    def refusal(self, outcome: Outcome, endpoint: str) -> Answer:  # noqa: ARG002 - the same for every endpoint
        """Refuse with 200, in its own words."""
        status, message = _REFUSALS[outcome]
        return _told(status, message=message)

    def rate_headers(self, usages: tuple[Usage, ...]) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - it tells none
        """Tell nothing."""
        return ()


def _given(call: Call, name: str) -> str:
    body = call.document if isinstance(call.document, dict) else {}
    return call.query.get(name, "") or str(body.get(name, ""))


def _told(status: str, *, message: str) -> Answer:
    return Answer(payload={"status": status, "message": message, "execution_time": 9})
