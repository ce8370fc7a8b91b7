"""What the exit code of a command says."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Usage errors are 2 by convention, an interrupt is 130."""

    OK = 0
    FAILED = 1
    USAGE = 2
    REFUSED = 3
    UNREACHABLE = 4
    NOT_VERIFIED = 5
    UNFINISHED = 6


MEANINGS = (
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 the server refused, 4 the server can't be reached, "
    "5 the seal does not verify, 6 the batch is paused, cancelled or failed, 130 interrupted."
)
