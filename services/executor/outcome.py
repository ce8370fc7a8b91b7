"""What became of one attempt: a closed set, and never simply the HTTP status."""

from collections.abc import Mapping
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of an attempt, as stored with its result."""

    OK = "ok"
    NO_MATCH = "no_match"
    PENDING = "pending"
    THROTTLED = "throttled"
    QUOTA_EXHAUSTED = "quota_exhausted"
    AUTH_FAILED = "auth_failed"
    BAD_REQUEST = "bad_request"
    BLOCKED_LEGAL = "blocked_legal"
    PROVIDER_ERROR = "provider_error"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    SKIPPED = "skipped"


NEEDS_HELP = frozenset({Outcome.AUTH_FAILED, Outcome.QUOTA_EXHAUSTED})
"""What no further attempt mends: the provider is paused until somebody acts, and then asked again."""


class ItemState(StrEnum):
    """The state of a finished item, over all steps of its workflow."""

    SUCCEEDED = "succeeded"
    NO_MATCH = "no_match"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


def gravest(outcomes: Mapping[str, Outcome]) -> str:
    """Return whose outcome tells most of a question nobody answered; the last one's, of equals."""
    return max(reversed(list(outcomes)), key=lambda name: _gravity(outcomes[name]))


def _gravity(outcome: Outcome) -> int:
    return {Outcome.UNKNOWN: 3, Outcome.NO_MATCH: 1, Outcome.SKIPPED: 0}.get(outcome, 2)


def item_state(outcomes: list[Outcome]) -> ItemState:
    """Return the state of an item whose steps ended so.

    One answer makes it succeeded; else a call that may have been charged shows before a failure, a failure
    before a miss, and an item about which nothing could be asked is skipped.
    """
    if Outcome.OK in outcomes:
        return ItemState.SUCCEEDED
    if Outcome.UNKNOWN in outcomes:
        return ItemState.UNKNOWN
    if any(outcome not in (Outcome.NO_MATCH, Outcome.SKIPPED) for outcome in outcomes):
        return ItemState.FAILED
    return ItemState.NO_MATCH if Outcome.NO_MATCH in outcomes else ItemState.SKIPPED
