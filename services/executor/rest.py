"""The rest that a reply calls for: a while without calls, or a pause until somebody acts."""

from collections.abc import Collection
from dataclasses import dataclass

from services.executor.calls.reply import Reply
from services.executor.document import ProviderDocument
from services.executor.outcome import Outcome
from services.executor.rate_headers import seconds_to_reset
from services.executor.retry_after import retry_after
from shared.events import utc_now

MOST_DOUBLINGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """No calls for `seconds` (None: until somebody acts); `pauses`: it is the client's to mend, not time's."""

    seconds: float | None
    reason: str
    pauses: bool = False


def rest_of(reply: Reply, outcomes: Collection[Outcome], document: ProviderDocument, *, throttled: int) -> Rest | None:
    """Return the rest that a reply calls for, or None.

    `outcomes`: what it said of its items; `throttled`: how often in a row the provider refused for being asked too
    fast, this time included. A provider that does not say how long to wait is given twice as long each time.
    """
    name = document.name
    said = retry_after(reply.exchange.headers, utc_now())
    if Outcome.AUTH_FAILED in outcomes:
        do = f"give others with PUT /providers/{name}/configuration, or POST /providers/{name}/resume"
        return Rest(seconds=None, pauses=True, reason=f"it refuses the credentials{_told(reply)}; {do}")
    if Outcome.QUOTA_EXHAUSTED in outcomes:
        do = f"top them up, then POST /providers/{name}/resume"
        return Rest(seconds=said, pauses=True, reason=f"its credits are used up{_told(reply)}; {do}")
    longest = document.retry.longest_wait_seconds
    reset = seconds_to_reset(reply.exchange.headers, utc_now())
    if reply.outcome is Outcome.THROTTLED:
        doubled = document.retry.first_wait_seconds * 2 ** min(throttled, MOST_DOUBLINGS)
        seconds = next(each for each in (said, reset, doubled) if each is not None)
        return Rest(seconds=min(seconds, longest), reason="it asked for a rest")
    if reset:
        return Rest(seconds=min(reset, longest), reason="it says that its limit is used up")
    return None


def _told(reply: Reply) -> str:
    return f" ({reply.detail})" if reply.detail else ""
