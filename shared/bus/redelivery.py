"""How often a failed message is seen again, and how long after."""

import asyncpg

from shared.errors import Unavailable

DELIVERY_LIMIT = 20
"""A message whose handler failed this often and once more is dead."""

GRACE_SECONDS = 20.0
"""How long `stop` waits for the handlers at work."""

_FIRST_WAIT = 0.05
_LONGEST_WAIT = 1.0
_LONGEST_WAIT_AWAY = 30.0

_AWAY = (
    Unavailable,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
)


def wait_before(error: Exception, deliveries: int) -> float:
    """Return the seconds until a message that failed with `error` at its `deliveries`th delivery is seen again.

    While the database is away the waits grow long enough that ten minutes without it bury no message.
    """
    longest = _LONGEST_WAIT_AWAY if isinstance(error, _AWAY) else _LONGEST_WAIT
    return min(_FIRST_WAIT * 2.0 ** (deliveries - 1), longest)
