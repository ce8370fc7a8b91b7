"""Parked: a chunk that can't go on now is given back, and comes again when the time is up or somebody has helped."""

import math

FOR_A_HUMAN = math.inf
"""Seconds of a wait that no time ends."""


class Parked(Exception):  # noqa: N818 - the chunk is, and comes back
    """The chunk is given back for `seconds`; `waiting_for` names the provider whose gate it waits before."""

    def __init__(self, seconds: float, reason: str, *, waiting_for: str | None = None) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.waiting_for = waiting_for
