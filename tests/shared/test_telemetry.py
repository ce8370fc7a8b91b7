"""Logs carry ids and no secrets; traces go on across events."""

import json
import logging
import re
from typing import Literal

import pytest
import structlog

from shared.auth import new_key
from shared.settings import Settings
from shared.telemetry import configure_logging, span, trace_id, traceparent

CANARY = "canary-4f1c"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


Form = Literal["json", "text"]
in_both_forms = pytest.mark.parametrize("form", ["json", "text"])


@pytest.mark.parametrize(
    "values",
    [
        {"api_key": CANARY},
        {"apikey": CANARY},
        {"X-Api-Key": CANARY},
        {"authorization": f"Bearer {CANARY}"},
        {"secrets": {"key": CANARY}},
        {"service_password": CANARY},
        {"access_token": CANARY},
        {"headers": {"Authorization": CANARY, "accept": "json"}},
        {"request": {"headers": [{"api-key": CANARY}]}},
        {"url": f"postgresql://leadledger:{CANARY}@127.0.0.1/leadledger"},
        {"urls": [f"amqp://guest:{CANARY}@127.0.0.1/"]},
        {"error": ConnectionError(f"amqp://guest:{CANARY}@127.0.0.1/ is away")},
    ],
    ids=lambda values: next(iter(values)),
)
@in_both_forms
def test_secrets_are_blanked_at_any_depth(
    form: Form, values: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(Settings(log_format=form, log_level="info"))
    structlog.get_logger().info("calling", **values)
    written = capsys.readouterr().err
    assert "calling" in written
    assert CANARY not in written
    assert "[redacted]" in written


@in_both_forms
def test_our_keys_are_blanked_wherever_they_stand(form: Form, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format=form))
    key = new_key()
    structlog.get_logger().warning(f"key {key} refused", tried=[key], body=key.encode())
    try:
        int(key)
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("somebody.else").exception("also failed with %s", key)
    written = capsys.readouterr().err
    assert written.count("[redacted]") >= 6
    assert key not in written


def test_what_is_no_secret_is_left_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"))
    structlog.get_logger().info("done", rows=3, ratio=0.5, url="http://127.0.0.1:8000/a@b", cells=["a", None])
    record = json.loads(capsys.readouterr().err)
    assert record["rows"] == 3
    assert record["ratio"] == 0.5
    assert record["url"] == "http://127.0.0.1:8000/a@b"
    assert record["cells"] == ["a", None]


def test_a_record_carries_level_time_and_the_ids_of_its_span(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json"))
    with span("launch", PARENT, batch_id="b1"):
        structlog.get_logger().info("launched", items=3)
        logging.getLogger("somebody.else").warning("slow")
    structlog.get_logger().info("after")
    launched, slow, after = map(json.loads, capsys.readouterr().err.splitlines())
    assert (launched["event"], launched["level"], launched["items"]) == ("launched", "info", 3)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", launched["timestamp"])
    for record in (launched, slow):
        assert record["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
        assert record["batch_id"] == "b1"
    assert "trace_id" not in after
    assert "batch_id" not in after


def test_the_level_of_the_settings_holds(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(Settings(log_format="json", log_level="warning"))
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")
    assert [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()] == ["loud"]


def test_a_trace_goes_on_where_its_traceparent_arrives() -> None:
    assert traceparent() is None
    assert trace_id() is None
    with span("first"):
        carried, first = traceparent(), trace_id()
    assert carried is not None
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[0-3]", carried)
    with span("elsewhere", carried):
        assert trace_id() == first
        assert traceparent() != carried
    with span("unrelated"):
        assert trace_id() != first
