"""Windows open at the first request and end when their time is over."""

from services.sandbox.rates import Rates


def test_a_window_opens_at_the_first_request() -> None:
    now = [1_000.0]
    rates = Rates(clock=lambda: now[0])
    assert [rates.use("apollo", "key", limit=2, window_s=60).used for _ in range(3)] == [1, 2, 3]
    now[0] += 59
    late = rates.use("apollo", "key", limit=2, window_s=60)
    assert (late.used, late.resets_in) == (4, 1)
    now[0] += 1
    fresh = rates.use("apollo", "key", limit=2, window_s=60)
    assert (fresh.used, fresh.resets_in) == (1, 60)


def test_credentials_and_lengths_of_windows_are_counted_apart() -> None:
    rates = Rates()
    assert rates.use("apollo", "one", limit=2, window_s=60).used == 1
    assert rates.use("apollo", "two", limit=2, window_s=60).used == 1
    assert rates.use("apollo", "one", limit=2, window_s=3600).used == 1
