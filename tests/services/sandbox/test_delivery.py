"""Answers that leave late, slowly, never, or not whole have been charged all the same."""

import time

import httpx
import pytest

from tests.eventually import eventually
from tests.services.sandbox.conftest import ADA, ask, calls, items, set_faults, summary


def test_a_delayed_answer_is_charged_before_it_is_sent(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "delay", "ms": 60})
    began = time.monotonic()
    assert ask(sandbox).json()["ok"] is True
    assert time.monotonic() - began >= 0.06


@pytest.mark.parametrize("rule", [{"kind": "hang"}, {"kind": "delay", "ms": 60_000}])
async def test_a_caller_that_gives_up_has_been_charged(sandbox: httpx.Client, rule: dict[str, object]) -> None:
    set_faults(sandbox, rule)
    with pytest.raises(httpx.ReadTimeout):
        ask(sandbox, timeout=0.05)
    await eventually(lambda: calls(sandbox)[0]["sent"] is False)
    assert (calls(sandbox)[0]["faults"], items(sandbox)[0]["charged"]) == ([rule["kind"]], 1)
    assert summary(sandbox)["unsent"] == 1


def test_a_dripping_answer_is_whole_in_the_end(sandbox: httpx.Client) -> None:
    whole = ask(sandbox).content
    set_faults(sandbox, {"kind": "drip", "interval_ms": 1, "bytes": 100})
    with sandbox.stream("POST", "/function", json=ADA) as answer:
        drops = list(answer.iter_raw())
    assert b"".join(drops) == whole
    assert len(drops) > 3


@pytest.mark.parametrize(("charged", "outcome"), [(True, "ok"), (False, "unknown")])
async def test_a_connection_is_reset_before_the_answer(sandbox: httpx.Client, charged: bool, outcome: str) -> None:
    set_faults(sandbox, {"kind": "close", "charged": charged})
    with pytest.raises(httpx.ReadError):
        ask(sandbox)
    await eventually(lambda: calls(sandbox)[0]["sent"] is False)
    assert [(item["outcome"], item["charged"]) for item in items(sandbox)] == [(outcome, int(charged))]


def test_a_connection_is_reset_in_the_middle_of_the_answer(sandbox: httpx.Client) -> None:
    set_faults(sandbox, {"kind": "close", "after_bytes": 20})
    with sandbox.stream("POST", "/function", json=ADA) as answer, pytest.raises(httpx.TransportError):
        answer.read()
    assert answer.status_code == 200
