"""How an answer leaves: at once, late, drop by drop, never, or cut off by a reset connection."""

import asyncio
import socket
import struct
from typing import Any

from starlette.types import Receive, Scope, Send

from services.sandbox.answer import Answer

RAW_SEND = "leadledger.sandbox.send"
"""The key of the ASGI scope under which the server's own `send` stands, before any middleware wrapped it."""


async def deliver(answer: Answer, *, scope: Scope, receive: Receive, send: Send) -> bool:
    """Send the answer as its delivery says; returns whether all of it left while the caller was there."""
    how = answer.delivery
    if how.hang:
        await _left(receive)
        return False
    if how.delay_s and await _left(receive, within=how.delay_s):
        return False
    body = answer.encoded()
    if how.close_after == 0 and _transport(scope) is not None:
        return await _reset(scope, receive)
    await send({"type": "http.response.start", "status": answer.status, "headers": _headers(answer, body)})
    if how.close_after is not None:
        await send({"type": "http.response.body", "body": body[: how.close_after], "more_body": True})
        return await _reset(scope, receive)
    if how.drip_bytes and not await _drip(answer, body, receive=receive, send=send):
        return False
    await send({"type": "http.response.body", "body": b"" if how.drip_bytes else body})
    return True


async def _drip(answer: Answer, body: bytes, *, receive: Receive, send: Send) -> bool:
    step = answer.delivery.drip_bytes
    for at in range(0, len(body), step):
        await send({"type": "http.response.body", "body": body[at : at + step], "more_body": True})
        if await _left(receive, within=answer.delivery.drip_s):
            return False
    return True


async def _left(receive: Receive, *, within: float | None = None) -> bool:
    """Wait until the caller hangs up, or until the time is over."""
    try:
        async with asyncio.timeout(within):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


async def _reset(scope: Scope, receive: Receive) -> bool:
    """Cut the connection so that the caller sees a reset; without its transport, break off by failing."""
    transport = _transport(scope)
    if transport is None:
        raise ConnectionResetError("The sandbox was told to cut this connection (fault rule `close`)")
    linger_not = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger_not)
    transport.abort()
    await _left(receive)
    return False


def _transport(scope: Scope) -> Any:
    """Return the connection's transport, or None; ASGI has no word for it, so uvicorn's request cycle is asked."""
    return getattr(getattr(scope.get(RAW_SEND), "__self__", None), "transport", None)


def _headers(answer: Answer, body: bytes) -> list[tuple[bytes, bytes]]:
    told = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if not any(name == b"content-type" for name, _ in told):
        told.append((b"content-type", answer.content_type.encode()))
    told.append((b"content-length", str(len(body)).encode()))
    return told
