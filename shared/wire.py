"""One HTTP exchange: sent once, with a total deadline and a cap on the answer, and told exactly as it went."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
from yarl import URL

from shared.address import socket_factory
from shared.events import utc_now


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. A client library's own request takes as long to build as all the rest of a question."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """What came back, the headers' names in lower case.

    `sent` is False only if the request surely never left: asking again is then no repeat.
    """

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
        self._session = aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=None)
        )
        # aiohttp silently repeats a GET whose kept-alive connection was cut: that may be charged twice.
        self._session._retry_connection = False  # noqa: SLF001 - there is no public switch

    async def send(self, request: Request, *, deadline: float, max_bytes: int) -> Exchange:
        """Send the request and read the whole answer; failures are told, not raised.

        `deadline`: seconds for everything together. An answer longer than `max_bytes`, decompressed, is cut
        and told as an error.
        """
        called_at, started = utc_now(), time.perf_counter()
        status, headers, content, error, sent = None, dict[str, str](), bytearray(), None, False
        try:
            url, sent = URL(request.url), True
            async with asyncio.timeout(deadline):
                async with self._session.request(
                    request.method,
                    url,
                    headers=request.headers,
                    data=request.content,
                    allow_redirects=False,
                ) as response:
                    status = response.status
                    headers = {name.lower(): value for name, value in response.headers.items()}
                    async for part in response.content.iter_any():
                        content += part
                        if len(content) > max_bytes:
                            error = f"the answer is longer than {max_bytes} bytes and was cut"
                            response.close()
                            break
        except TimeoutError:
            error = f"no complete answer within {deadline:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error, sent = f"{type(failure).__name__}: {failure}", sent and _was_sent(failure)
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
        await self._session.close()


def _was_sent(failure: Exception) -> bool:
    return not isinstance(failure, aiohttp.ClientConnectorError | aiohttp.InvalidURL)
