"""A duty works while there is work, waits while there is none, and outlives what it depends on."""

import asyncio
import time

from shared.duty import ROUNDS, Duty
from shared.ready import duties_check
from tests.eventually import eventually


def rounds(duty: str, outcome: str) -> float:
    return sum(
        sample.value
        for sample in next(iter(ROUNDS.collect())).samples
        if sample.name.endswith("_total") and sample.labels == {"duty": duty, "outcome": outcome}
    )


async def test_it_goes_on_without_waiting_while_it_finds_work() -> None:
    left = 50

    async def work() -> int:
        nonlocal left
        left = max(0, left - 1)
        return left

    duty = Duty("drain", work, interval=60)
    duty.start()
    await eventually(lambda: left == 0, within=5)
    await duty.stop()
    assert rounds("drain", "worked") == 49
    assert rounds("drain", "idle") >= 1


async def test_it_waits_while_there_is_no_work_and_looks_at_once_when_woken() -> None:
    looked = 0

    async def work() -> int:
        nonlocal looked
        looked += 1
        return 0

    duty = Duty("watch", work, interval=60)
    duty.start()
    await eventually(lambda: looked == 1)
    started = time.monotonic()
    duty.wake()
    await eventually(lambda: looked == 2)
    assert time.monotonic() - started < 5
    await duty.stop()


async def test_a_failure_is_tried_again_and_told_to_readiness_until_it_works() -> None:
    failures = [ConnectionError("away"), ConnectionError("still away")]

    async def work() -> int:
        if failures:
            raise failures.pop(0)
        return 0

    duty = Duty("flaky", work, interval=0.05)
    check = duties_check(duty)
    assert await check() is None
    duty.start()
    await eventually(lambda: duty.failure is not None)
    assert await check() in {"flaky: ConnectionError('away')", "flaky: ConnectionError('still away')"}
    await eventually(lambda: duty.failure is None)
    assert await check() is None
    await duty.stop()
    assert rounds("flaky", "failed") == 2


async def test_a_cancellation_that_a_library_raises_does_not_end_it() -> None:
    calls = 0

    async def work() -> int:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise asyncio.CancelledError
        return 0

    duty = Duty("cancelled", work, interval=0.01)
    duty.start()
    await eventually(lambda: calls >= 3)
    await duty.stop()


async def test_stop_finishes_the_round_at_work() -> None:
    started, finished = asyncio.Event(), False
    gate = asyncio.Event()

    async def work() -> int:
        nonlocal finished
        started.set()
        await gate.wait()
        finished = True
        return 1

    duty = Duty("slow", work, interval=0.01)
    duty.start()
    await started.wait()
    stopping = asyncio.create_task(duty.stop())
    assert not stopping.done()
    gate.set()
    await stopping
    assert finished


async def test_a_duty_that_was_never_started_can_be_stopped() -> None:
    async def work() -> int:
        return 0

    await Duty("idle", work, interval=1).stop()
