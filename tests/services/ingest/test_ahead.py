"""Work in a thread, one step ahead."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import aclosing

import pytest

from services.ingest.ahead import ahead
from tests.eventually import eventually


async def test_items_come_in_order_and_are_made_in_a_thread() -> None:
    threads = set()

    def items() -> Iterator[int]:
        for number in range(5):
            threads.add(threading.get_ident())
            yield number

    assert [item async for item in ahead(items())] == [0, 1, 2, 3, 4]
    assert threading.get_ident() not in threads


async def test_the_next_item_is_made_while_one_is_dealt_with_but_no_more() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for number in range(5):
            made.append(number)
            yield number

    async with aclosing(ahead(items())) as stream:
        assert await anext(stream) == 0
        await eventually(lambda: made == [0, 1])
        assert await anext(stream) == 1
        await eventually(lambda: made == [0, 1, 2])


async def test_a_failure_in_the_thread_is_raised_where_the_item_would_come() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    stream = ahead(items())
    assert await anext(stream) == 1
    with pytest.raises(ValueError, match="damaged"):
        await anext(stream)


async def test_ending_early_waits_for_the_thread() -> None:
    released, done = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 1
        released.wait(5)
        done.set()
        yield 2

    stream = ahead(items())
    assert await anext(stream) == 1
    closing = asyncio.create_task(stream.aclose())
    await asyncio.sleep(0)
    assert not closing.done()
    released.set()
    await closing
    assert done.is_set()
