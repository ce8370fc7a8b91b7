"""The server's events, followed over any number of connections without losing or repeating one."""

import time
from collections.abc import Iterator

import httpx
from httpx_sse import EventSource, ServerSentEvent

from leadledger.answers import Event
from leadledger.connection import Connection, Parameters

_SILENCE_SECONDS = 45.0
_RECONNECT_SECONDS = 0.3
PATIENCE_SECONDS = 60.0


def follow(connection: Connection, parameters: Parameters, *, after: int) -> Iterator[Event]:
    """Yield the events behind position `after`, then each new one, until the caller stops.

    The server speaks every 15 seconds at least; after 45 silent ones, or when the connection breaks, this
    connects again behind the last event yielded, for up to a minute, and then raises UnreachableError.
    """
    position, patience = after, 0.0
    while True:
        asked = {**parameters, "after": position}
        with connection.stream(
            "/events", "text/event-stream", parameters=asked, silence=_SILENCE_SECONDS, patience=patience
        ) as response:
            for message in _messages(response):
                event = _event_of(message)
                position = event.position
                yield event
        patience = PATIENCE_SECONDS
        time.sleep(_RECONNECT_SECONDS)


def _messages(response: httpx.Response) -> Iterator[ServerSentEvent]:
    try:
        yield from (message for message in EventSource(response).iter_sse() if message.data)
    except httpx.TransportError:
        return


def _event_of(message: ServerSentEvent) -> Event:
    return Event.model_validate({**message.json(), "position": int(message.id)})
