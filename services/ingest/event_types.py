"""Types of events, as a subscriber names them."""

from collections.abc import Iterable

from shared.errors import Unprocessable
from shared.events import EVENT_TYPES


class UnknownEventType(Unprocessable):
    """There are no events of this type."""

    slug = "unknown-event-type"
    title = "The type of event is not known"


def check_types(types: Iterable[str]) -> None:
    """Raise UnknownEventType, with the types there are, unless there are events of each."""
    if unknown := sorted(set(types) - set(EVENT_TYPES)):
        raise UnknownEventType(
            f"There is no event {', '.join(unknown)}; the types are: {', '.join(EVENT_TYPES)}.",
            types=list(EVENT_TYPES),
        )
