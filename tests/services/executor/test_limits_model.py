"""Whatever executors do in whatever order: no window and no number of places is ever exceeded, and none is stuck."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shared.settings import Settings

CONCURRENCY = 7
WINDOWS = ({"calls": 5, "seconds": 1}, {"calls": 12, "seconds": 10})
LIMITS = {
    "concurrency": CONCURRENCY,
    "windows": list(WINDOWS),
    "failures_before_rest": 4,
    "rest_seconds": 3,
}
START = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = 5.0


@pytest.fixture
def database(settings: Settings) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = off")
        yield connection


class Limits(RuleBasedStateMachine):
    """Three executors before one gate, on the real tables, at times of our own."""

    database: "psycopg.Connection[Any]"

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.holders = [uuid4() for _ in range(3)]
        self.places = dict.fromkeys(self.holders, 0)
        self.in_use = dict.fromkeys(self.holders, 0)
        self.told_at = dict.fromkeys(self.holders, START)
        self.granted: list[tuple[datetime, int]] = []
        self.failures = 0
        self.on_trial = False
        row = self.database.execute(
            "INSERT INTO clients (name) VALUES (%s) RETURNING client_id", (str(uuid4()),)
        ).fetchone()
        assert row is not None
        self.client_id: UUID = row[0]

    def round(self, holder: UUID, wanted: int, wanted_calls: int, *, succeeded: int = 0, failed: int = 0) -> Any:
        row = self.database.execute(
            "SELECT * FROM pass_gate(%s, 'p', %s, %s, %s, %s, %s, %s, %s, %s)",
            (self.client_id, holder, self.in_use[holder], wanted, wanted_calls, succeeded, failed,
             json.dumps(LIMITS), self.now),
        ).fetchone()  # fmt: skip
        assert row is not None
        self.told_at[holder] = self.now
        self.places[holder] = row[0]
        if row[1]:
            self.granted.append((self.now, row[1]))
        return row

    @rule(who=st.integers(0, 2), wanted=st.integers(0, 20))
    def ask(self, who: int, wanted: int) -> None:
        holder = self.holders[who]
        places, calls, wait, reason, _ = self.round(holder, wanted, wanted)
        assert self.in_use[holder] <= places <= max(self.in_use[holder], CONCURRENCY)
        assert 0 <= calls <= max(places - self.in_use[holder], 0)
        assert (reason is None) or wait > 0
        self.in_use[holder] += calls

    @rule(who=st.integers(0, 2), succeeded=st.integers(0, 3), failed=st.integers(0, 3))
    def answer(self, who: int, succeeded: int, failed: int) -> None:
        holder = self.holders[who]
        succeeded = min(succeeded, self.in_use[holder])
        failed = min(failed, self.in_use[holder] - succeeded)
        self.in_use[holder] -= succeeded + failed
        self.failures = failed if succeeded else self.failures + failed
        rests = failed > 0 and (self.failures >= 4 or (self.on_trial and not succeeded))
        self.on_trial = rests or (self.on_trial and not succeeded)
        _, calls, wait, reason, _ = self.round(holder, 1, 1, succeeded=succeeded, failed=failed)
        if rests:
            assert calls == 0
            assert "times in a row" in reason
            assert wait >= 3
        self.in_use[holder] += calls

    @rule(seconds=st.sampled_from([0.001, 0.01, 0.2, 0.9, 1.0, 3.0, 9.9, 20.0]))
    def wait(self, seconds: float) -> None:
        """Let time go by; who has calls at work says so before its lease is over."""
        while seconds > 0:
            step = min(seconds, LEASE / 2)
            seconds -= step
            self.now += timedelta(seconds=step)
            for holder in self.holders:
                if self.in_use[holder]:
                    self.round(holder, 0, 0)

    @rule(who=st.integers(0, 2))
    def die(self, who: int) -> None:
        """An executor falls silent with its calls; another takes its place, and the time of a lease goes by."""
        self.in_use[self.holders[who]] = 0
        for holder in self.holders:
            if self.in_use[holder]:
                self.round(holder, 0, 0)
        del self.in_use[self.holders[who]], self.places[self.holders[who]]
        self.holders[who] = uuid4()
        self.in_use[self.holders[who]] = self.places[self.holders[who]] = 0
        self.wait(LEASE + 0.1)

    @invariant()
    def no_window_is_exceeded(self) -> None:
        for window in WINDOWS:
            for at, _ in self.granted:
                inside = sum(n for when, n in self.granted if at <= when < at + timedelta(seconds=window["seconds"]))
                assert inside <= window["calls"]

    @invariant()
    def no_more_calls_are_at_work_than_places(self) -> None:
        assert sum(self.in_use.values()) <= CONCURRENCY

    def teardown(self) -> None:
        """After all that, whoever comes alone and late enough is let through."""
        for holder in self.holders:
            self.in_use[holder] = 0
            self.round(holder, 0, 0)
        self.now += timedelta(hours=2)
        places, calls, *_ = self.round(self.holders[0], 3, 3)
        assert (places, calls) == ((1, 1) if self.on_trial else (3, 3))


def test_no_order_of_events_exceeds_a_limit(database: "psycopg.Connection[Any]") -> None:
    Limits.database = database
    run_state_machine_as_test(
        Limits,
        settings=hypothesis_settings(
            max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
