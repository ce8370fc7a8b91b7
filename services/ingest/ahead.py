"""A step of blocking work done in a thread while the event loop deals with the result of the step before."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def ahead(items: Iterator[T]) -> AsyncGenerator[T]:
    """Yield what the iterator yields; each item is made in a thread, one at most in advance."""
    making = asyncio.ensure_future(asyncio.to_thread(next, items, None))
    try:
        while (item := await asyncio.shield(making)) is not None:
            making = asyncio.ensure_future(asyncio.to_thread(next, items, None))
            yield item
    finally:
        # A thread can't be stopped: what it works on must not be closed before it is done.
        if not making.done():
            with suppress(Exception):
                await making
