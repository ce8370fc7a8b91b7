"""One HTTP exchange: sent once, with a total deadline and a cap on the answer, and told exactly as it went."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from shared.address import socket_factory
from shared.events import utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What came back. `sent` is False only if the request surely never left: asking again is then no repeat."""

    called_at: datetime
    milliseconds: int
    sent: bool = True
    status: int | None = None
    headers: Mapping[str, str]
    content: bytes = b""
    error: str | None = None


class Wire:
    """The connections to providers and webhooks: no redirects, no hidden retries, bounded answers."""

    def __init__(self, *, allow_private: bool) -> None:
        connector = aiohttp.TCPConnector(
            limit=0, socket_factory=socket_factory(allow_private=allow_private), ttl_dns_cache=30
        )
        session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        # aiohttp silently repeats a GET whose kept-alive connection was cut: that may be charged twice.
        session._retry_connection = False  # noqa: SLF001 - there is no public switch
        self._transport = AiohttpTransport(client=session)

    async def send(self, request: httpx.Request, *, deadline: float, max_bytes: int) -> Exchange:
        """Send the request and read the whole answer; failures are told, not raised.

        `deadline`: seconds for everything together. An answer longer than `max_bytes`, decompressed, is cut
        and told as an error.
        """
        called_at, started = utc_now(), time.perf_counter()
        status, headers, content, error, sent = None, dict[str, str](), bytearray(), None, True
        try:
            async with asyncio.timeout(deadline):
                response = await self._transport.handle_async_request(request)
                status, headers = response.status_code, dict(response.headers)
                try:
                    async for part in response.aiter_bytes():
                        content += part
                        if len(content) > max_bytes:
                            error = f"the answer is longer than {max_bytes} bytes and was cut"
                            break
                finally:
                    await response.aclose()
        except TimeoutError:
            error = f"no complete answer within {deadline:g} s"
        except (httpx.HTTPError, aiohttp.ClientError, OSError, ValueError) as failure:
            error, sent = f"{type(failure).__name__}: {failure}", _was_sent(failure)
        return Exchange(
            called_at=called_at,
            milliseconds=round((time.perf_counter() - started) * 1000),
            sent=sent,
            status=status,
            headers=headers,
            content=bytes(content[:max_bytes]),
            error=error,
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()


def _was_sent(failure: Exception) -> bool:
    # The transport names every lost connection a ConnectTimeout; only its cause tells whether one ever stood.
    cause = failure.__cause__ or failure
    return not isinstance(cause, aiohttp.ClientConnectorError | aiohttp.InvalidURL | httpx.InvalidURL)
