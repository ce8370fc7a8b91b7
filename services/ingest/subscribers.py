"""What the ingest service hears on the bus: that something was published, so that subscribers get it now."""

from pydantic import ValidationError

from shared.bus import Bus, Handler, Poison
from shared.bus.topology import EVENTS
from shared.duty import Duty
from shared.events import Event

_PREFETCH = 32


async def subscribe(bus: Bus, *duties: Duty) -> None:
    """Wake the duties at each event; a message lost or late costs a moment, since each also looks by itself."""
    await bus.consume(EVENTS, wake_at_event(*duties), prefetch=_PREFETCH)


def wake_at_event(*duties: Duty) -> Handler:
    """Return the handler of the events' queue."""

    async def handle(body: bytes) -> None:
        try:
            Event.model_validate_json(body)
        except ValidationError as error:
            raise Poison(f"not an event: {error}") from error
        for duty in duties:
            duty.wake()

    return handle
