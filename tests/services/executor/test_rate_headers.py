"""Rate headers as providers write them."""

from datetime import UTC, datetime

import pytest

from services.executor.rate_headers import seconds_to_reset

NOW = datetime(2026, 2, 23, 20, 19, 0, tzinfo=UTC)
EPOCH = str(int(NOW.timestamp()) + 30)


@pytest.mark.parametrize(
    ("remaining", "reset", "seconds"),
    [
        ('{"minute": 0, "day": 900}', "2026-02-23T20:19:55Z", 55.0),
        ('{"minute": 3}', "2026-02-23T20:19:55Z", None),
        ("0", EPOCH, 30.0),
        ("0", EPOCH + "000", 30.0),
        ("0", "12", 12.0),
        ("0", "-5", 0.0),
        ("0", "2026-02-23T20:18:00Z", 0.0),
        ("0", "2026-02-23T20:19:10", 10.0),
        ("0", "", None),
        ("0", "soon", None),
        ("", "12", None),
        ("many", "12", None),
        ("[0]", "12", None),
        ("1", "12", None),
    ],
)
def test_nothing_left_is_a_wait_until_the_reset(remaining: str, reset: str, seconds: float | None) -> None:
    headers = {"X-RateLimit-Remaining": remaining, "X-RateLimit-Reset": reset}
    assert seconds_to_reset(headers, NOW) == seconds


def test_without_the_headers_nothing_is_known() -> None:
    assert seconds_to_reset({}, NOW) is None
