"""What rate headers say: whether anything is left, and when there is more."""

from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

_REMAINING = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_RESET = ("x-ratelimit-reset", "x-rate-limit-reset", "ratelimit-reset")

_AN_EPOCH = 1_000_000_000.0
_AN_EPOCH_IN_MILLISECONDS = 1_000_000_000_000.0


def seconds_to_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds until more calls are allowed, or None if some are left, or nothing readable is said.

    Remaining is a number or a JSON object of numbers per window (`{"minute": 0, "day": 9}`); an empty value means no
    limit. Reset is a time in ISO 8601, an epoch in seconds or milliseconds, or seconds from now.
    """
    lowered = {name.lower(): value.strip() for name, value in headers.items()}
    if not _is_used_up(next((lowered[name] for name in _REMAINING if lowered.get(name)), "")):
        return None
    return _seconds(next((lowered[name] for name in _RESET if lowered.get(name)), ""), now)


def _is_used_up(remaining: str) -> bool:
    try:
        told = orjson.loads(remaining)
    except orjson.JSONDecodeError:
        return False
    windows = told.values() if isinstance(told, dict) else [told]
    return any(isinstance(left, int | float) and left <= 0 for left in windows)


def _seconds(reset: str, now: datetime) -> float | None:
    try:
        number = float(reset)
    except ValueError:
        return _seconds_to(reset, now)
    if number >= _AN_EPOCH_IN_MILLISECONDS:
        number /= 1000
    return max(0.0, number - now.timestamp()) if number >= _AN_EPOCH else max(0.0, number)


def _seconds_to(reset: str, now: datetime) -> float | None:
    try:
        until = datetime.fromisoformat(reset)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
