"""What each kind of fault does to an answer."""

import re
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

import orjson

from services.sandbox import rules
from services.sandbox.answer import Answer, Outcome, Provider
from services.sandbox.dice import hex_id

_ABSURD_SECONDS = 31_536_000
_MEGABYTE = 1_000_000
_TEXT = re.compile(rb'("(?:title|position|name)":\s*")')
_PAGE = """<!DOCTYPE html>
<html><head><title>{status} | edge.example.com</title></head>
<body><h1>Error {status}</h1><p>The web server is returning an unknown error. Ray ID: 8f0c5e2b1d</p></body></html>
"""


def spoil(answer: Answer, fired: list[rules.Rule], provider: Provider, endpoint: str) -> Answer:
    """Let every fired rule act on the answer, in their order."""
    for rule in fired:
        match rule:
            case rules.Items():
                answer = _relisted(rule, answer)
            case rules.Slow() | rules.CallbackFault():
                answer = _worked(rule, answer)
            case rules.Malformed() | rules.Nul() | rules.WrongCharset():
                answer = replace(answer, body=_garbled(rule, answer.encoded()))
            case rules.Delay() | rules.Drip() | rules.Hang() | rules.Close():
                answer = _hindered(rule, answer)
            case rules.AuthFailed() | rules.QuotaExhausted() | rules.Throttle():
                given, outcome = _refusal(rule, provider, endpoint)
                answer = _instead(answer, given, outcome, charged=rule.charged)
            case rules.RateLimit():
                raise TypeError("A rate limit is counted for every call, it never fires as a fault")
            case _:
                answer = _instead(answer, _other(rule), Outcome.PROVIDER_ERROR, charged=rule.charged)
    return answer


def retry_after(form: str, seconds: float) -> tuple[tuple[str, str], ...]:
    """Write a Retry-After header in one of its forms, or none."""
    if form == "none":
        return ()
    whole = _ABSURD_SECONDS if form == "absurd" else max(0, int(-(-seconds // 1)))
    if form == "http_date":
        when = datetime.now(UTC) + timedelta(seconds=whole)
        return (("retry-after", format_datetime(when, usegmt=True)),)
    return (("retry-after", str(whole)),)


def _instead(answer: Answer, given: Answer, outcome: Outcome, *, charged: bool) -> Answer:
    return replace(given, items=answer.items) if charged else answer.refused(given, outcome)


def _refusal(
    rule: rules.AuthFailed | rules.QuotaExhausted | rules.Throttle, provider: Provider, endpoint: str
) -> tuple[Answer, Outcome]:
    if isinstance(rule, rules.Throttle):
        answer = provider.refusal(Outcome.THROTTLED, endpoint)
        hint = retry_after(rule.retry_after, rule.seconds)
        return replace(answer, status=rule.status or answer.status, headers=hint), Outcome.THROTTLED
    outcome = Outcome.AUTH_FAILED if isinstance(rule, rules.AuthFailed) else Outcome.QUOTA_EXHAUSTED
    return provider.refusal(outcome, endpoint), outcome


def _other(rule: rules.Status | rules.Html | rules.Empty | rules.Huge | rules.GzipBomb) -> Answer:
    match rule:
        case rules.Status():
            body = rule.body.encode() if isinstance(rule.body, str) else orjson.dumps(rule.body)
            return Answer(status=rule.status, body=body, headers=tuple(rule.headers.items()))
        case rules.Html():
            page = _PAGE.format(status=rule.status).encode()
            return Answer(status=rule.status, body=page, content_type="text/html; charset=UTF-8")
        case rules.Empty():
            return Answer(status=rule.status, body=b"")
        case rules.Huge():
            return Answer(body=b'{"padding":"' + b"x" * (rule.mb * _MEGABYTE) + b'"}')
        case rules.GzipBomb():
            return Answer(body=_bomb(rule.mb), headers=(("content-encoding", "gzip"),))


def _hindered(rule: rules.Delay | rules.Drip | rules.Hang | rules.Close, answer: Answer) -> Answer:
    how = answer.delivery
    match rule:
        case rules.Delay():
            return replace(answer, delivery=replace(how, delay_s=how.delay_s + rule.ms / 1000))
        case rules.Drip():
            drops = replace(how, drip_s=rule.interval_ms / 1000, drip_bytes=rule.bytes)
            return replace(answer, delivery=drops)
        case rules.Hang() | rules.Close():
            kept = answer if rule.charged else answer.refused(answer, Outcome.UNKNOWN)
            cut = replace(how, hang=True) if rule.kind == "hang" else replace(how, close_after=rule.after_bytes)
            return replace(kept, delivery=cut)


def _worked(rule: rules.Slow | rules.CallbackFault, answer: Answer) -> Answer:
    """Let the work behind the answer take its time, or tell of it badly; there may be none."""
    if answer.work is None:
        return answer
    if isinstance(rule, rules.Slow):
        return replace(answer, work=replace(answer.work, seconds=rule.ms / 1000))
    times = {"lost": 0, "twice": 2, "unsigned": 1}[rule.how]
    unsigned = tuple(replace(each, headers=()) for each in answer.work.callbacks)
    callbacks = unsigned if rule.how == "unsigned" else answer.work.callbacks
    return replace(answer, work=replace(answer.work, times=times, callbacks=callbacks))


def _garbled(rule: rules.Malformed | rules.Nul | rules.WrongCharset, body: bytes) -> bytes:
    if isinstance(rule, rules.Malformed):
        return body[: len(body) // 2]
    return _with(body, rb"\u0000" if isinstance(rule, rules.Nul) else b"\xe9")


def _relisted(rule: rules.Items, answer: Answer) -> Answer:
    listed = answer.payload
    if answer.items_at and isinstance(listed, dict):
        listed = listed[answer.items_at]
    if answer.items_at is None or not isinstance(listed, list):
        return answer
    changed = _changed(rule, listed, answer)
    payload = {**answer.payload, answer.items_at: changed} if isinstance(answer.payload, dict) else changed
    return replace(answer, payload=payload)


def _changed(rule: rules.Items, listed: list[object], answer: Answer) -> list[object]:
    some = listed[: rule.count]
    match rule.kind:
        case "missing_items":
            return listed[rule.count :]
        case "null_items":
            return [None] * len(some) + listed[rule.count :]
        case "duplicate_items":
            return listed + some
        case "extra_items":
            return listed + [answer.stranger() if answer.stranger else None for _ in range(rule.count)]
        case "shuffled_items":
            order = sorted(range(len(listed)), key=lambda at: hex_id(16, "shuffle", at, len(listed)))
            return [listed[at] for at in order]


def _with(body: bytes, inserted: bytes) -> bytes:
    """Put bytes at the start of the first title or name, else of the last string value."""
    found = _TEXT.search(body)
    at = found.end() if found else body.rfind(b'":"') + 3
    return body[:at] + inserted + body[at:]


@lru_cache(maxsize=4)
def _bomb(megabytes: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    parts = [packer.compress(b'{"padding":"')]
    parts += [packer.compress(b"x" * _MEGABYTE) for _ in range(megabytes)]
    return b"".join(parts) + packer.compress(b'"}') + packer.flush()
