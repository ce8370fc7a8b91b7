"""How long a failed message waits."""

import asyncpg

from shared.bus.redelivery import DELIVERY_LIMIT, wait_before
from shared.errors import Unavailable


def test_waits_double_up_to_a_second() -> None:
    waits = [wait_before(RuntimeError("broken"), deliveries) for deliveries in range(1, 8)]
    assert waits == [0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


def test_five_minutes_without_the_database_bury_no_message() -> None:
    for away in (Unavailable("The database can't be reached."), asyncpg.CannotConnectNowError("starting up")):
        assert sum(wait_before(away, deliveries) for deliveries in range(1, DELIVERY_LIMIT + 1)) > 300
