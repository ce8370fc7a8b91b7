"""An exchange is made once and told exactly as it went."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from shared.wire import Exchange, Request, Wire

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[str]:
    """Serve raw TCP, so that a test decides over every byte; yield the address."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    finally:
        server.close()


@pytest.fixture
async def wire() -> AsyncIterator[Wire]:
    wire = Wire(allow_private=True)
    yield wire
    await wire.close()


async def get(wire: Wire, url: str, *, deadline: float = 5, max_bytes: int = 1_000_000) -> Exchange:
    return await wire.send(Request("GET", url), deadline=deadline, max_bytes=max_bytes)


async def _request(reader: asyncio.StreamReader) -> bytes:
    return await reader.readuntil(b"\r\n\r\n")


async def test_a_get_whose_kept_connection_was_cut_is_not_silently_sent_again(wire: Wire) -> None:
    asked = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await _request(reader))
        if len(asked) == 1:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
            await writer.drain()
            asked.append(await _request(reader))
        writer.close()

    async with listening(handler) as url:
        assert (await get(wire, url)).status == 200
        second = await get(wire, url)
    assert len(asked) == 2
    assert second.status is None
    assert second.sent is True


async def test_a_refused_connection_was_never_sent(wire: Wire) -> None:
    refused = await get(wire, "http://127.0.0.1:1/")
    assert (refused.sent, refused.status) == (False, None)


async def test_a_redirect_is_told_not_followed(wire: Wire) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _request(reader)
        writer.write(b"HTTP/1.1 303 See Other\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with listening(handler) as url:
        redirect = await get(wire, url)
    assert redirect.status == 303
    assert {name.lower(): value for name, value in redirect.headers.items()}["location"] == "/elsewhere"


async def test_the_deadline_is_for_everything_together(wire: Wire) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with listening(handler) as url:
        slow = await get(wire, url, deadline=0.3)
    assert slow.error == "no complete answer within 0.3 s"
    assert slow.status == 200
    assert 1 <= len(slow.content) < 1000


async def test_without_leave_a_private_address_is_not_called() -> None:
    called = []

    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append(await _request(reader))
        writer.close()

    guarded = Wire(allow_private=False)
    async with listening(handler) as url:
        refused = await get(guarded, url)
    await guarded.close()
    assert called == []
    assert refused.sent is False
    assert "is not a public address" in str(refused.error)


async def test_a_status_of_the_providers_own_is_told(wire: Wire) -> None:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _request(reader)
        writer.write(b"HTTP/1.1 454 Profile Gone\r\nContent-Length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with listening(handler) as url:
        assert (await get(wire, url)).status == 454


@pytest.mark.parametrize("url", ["http://[", "nowhere", "http://127.0.0.1:port/"])
async def test_an_address_that_is_none_is_told_as_not_sent(wire: Wire, url: str) -> None:
    exchange = await get(wire, url)

    assert (exchange.sent, exchange.status) == (False, None)
    assert exchange.error is not None
