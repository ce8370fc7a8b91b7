"""Structured logs with trace and batch ids, trace context, and metrics."""

import logging
import re
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from shared.settings import Settings

_provider = TracerProvider()
_tracer = _provider.get_tracer("leadledger")
_propagator = TraceContextTextMapPropagator()

_SECRET_NAME = re.compile(r"(api[-_]?key|authorization|secret|password|token)", re.IGNORECASE)
_KEY_TEXT = re.compile(r"ll_[0-9A-Za-z]{20,}")
_ADDRESS_PASSWORD = re.compile(r"(://[^/@:\s]*:)[^/@\s]+@")
_REDACTED = "[redacted]"


def configure_logging(settings: Settings) -> None:
    """Send structlog's and the libraries' records to standard error in one form."""
    render = structlog.processors.JSONRenderer() if settings.log_format == "json" else structlog.dev.ConsoleRenderer()
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
        redact,
    ]
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(
        processors=[*chain, render],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),  # whatever it is when something is logged
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=render, foreign_pre_chain=chain))
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


@contextmanager
def span(name: str, parent: str | None = None, **ids: object) -> Iterator[None]:
    """Work under a span: a child of `parent` (a traceparent) if given, else of the present one.

    The ids (client_id, batch_id, ...) stand in every log record written inside.
    """
    context = _propagator.extract({"traceparent": parent}) if parent else None
    with (
        _tracer.start_as_current_span(name, context=context),
        structlog.contextvars.bound_contextvars(**{key: str(value) for key, value in ids.items()}),
    ):
        yield


def traceparent() -> str | None:
    """Return the present trace context in its W3C form, or None outside any span."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def trace_id() -> str | None:
    """Return the present trace id, 32 hex digits, or None outside any span."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None


def redact(_logger: object, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Blank what is named like a secret at any depth, and our API keys and addresses' passwords anywhere."""
    for name, value in record.items():
        record[name] = _redacted(name, value)
    return record


def _redacted(name: str, value: object) -> object:
    if _SECRET_NAME.search(name):
        return _REDACTED
    if isinstance(value, str):
        return _ADDRESS_PASSWORD.sub(rf"\1{_REDACTED}@", _KEY_TEXT.sub(_REDACTED, value))
    if isinstance(value, Mapping):
        return {key: _redacted(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", each) for each in value]
    if isinstance(value, BaseException | bytes):
        return _redacted("", repr(value))
    return value


def _add_trace(_logger: object, _method: str, record: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    current = trace_id()
    if current is not None:
        record["trace_id"] = current
    return record
