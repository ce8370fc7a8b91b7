"""The question: one request about one item or a group of them, with the secrets kept apart."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID

from services.executor.calls.body import dump_json
from services.executor.compiled import CompiledProvider
from services.executor.expression import without_nulls
from shared.wire import Request

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_SECRET = re.compile(r"secret:([a-z_]+)")
_SECRET_IN_QUERY = re.compile(r"(?<==)secret%3A([a-z_]+)(?=&|$)")
_SECRET_IN_BODY = re.compile(rb'"secret:([a-z_]+)"')

CALLBACK_URL = "{callback_url}"
"""Stands for the address of the callback until the request is sent: what is stored of it gives nobody the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A subject as the documents' expressions see it: its input and what earlier steps said of it."""

    subject_id: UUID
    number: int
    input: Mapping[str, Any]
    results: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Return what `requires`, `when` and `item` look into."""
        return {
            "input": self.input,
            "results": self.results,
            "ref": str(self.subject_id),
            "callback_url": CALLBACK_URL,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A request without its secrets, fit to be stored, and the mapped items in the order they are asked."""

    method: str
    url: str
    body: Any
    items: Sequence[Any]
    sha256: bytes


def ask(provider: CompiledProvider, subjects: Sequence[Seen], variables: Mapping[str, str]) -> Question:
    """Return the question about these items."""
    request = provider.document.request
    items = [without_nulls(provider.item.of(subject.document())) for subject in subjects]
    many = provider.document.answers is not None
    asked = {"items": items, "callback_url": CALLBACK_URL} if many else items[0]
    params = without_nulls(provider.query.of(asked)) if provider.query else {}
    body = without_nulls(provider.body.of(asked)) if provider.body else None
    url = fill(request.url, variables)
    if provider.path is not None:
        url = f"{url}/{quote(str(provider.path.of(asked) or ''), safe='')}"
    seen = "\n".join((request.method, url, dump_json(params).decode(), dump_json(body).decode()))
    return Question(
        method=request.method,
        url=f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url,
        body=body,
        items=items,
        sha256=hashlib.sha256(seen.encode()).digest(),
    )


def fill(template: str, variables: Mapping[str, str]) -> str:
    """Return the URL template with its `{variables}` filled in."""
    return _VARIABLE.sub(lambda found: variables.get(found[1], ""), template)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstored:
    """What a request carries and nothing stored shows."""

    secrets: Mapping[str, str]
    idempotency_key: str | None = None
    callback_url: str = ""


def http_request(question: Question, headers: Mapping[str, str], unstored: Unstored) -> Request:
    """Return the request as it is sent, with the secrets filled in and nothing of them stored."""
    filled = fill_secrets(headers, unstored.secrets)
    if unstored.idempotency_key is not None:
        filled["Idempotency-Key"] = unstored.idempotency_key
    url = _SECRET_IN_QUERY.sub(lambda found: quote(unstored.secrets.get(found[1], ""), safe=""), question.url)
    url = url.replace(quote(CALLBACK_URL, safe=""), quote(unstored.callback_url, safe=""))
    if question.body is None:
        return Request(question.method, url, headers=filled)
    filled["Content-Type"] = "application/json"
    content = _SECRET_IN_BODY.sub(
        lambda found: dump_json(unstored.secrets.get(found[1].decode(), "")), dump_json(question.body)
    )
    content = content.replace(CALLBACK_URL.encode(), unstored.callback_url.encode())
    return Request(question.method, url, headers=filled, content=content)


def fill_secrets(headers: Mapping[str, str], secrets: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with each `secret:name` filled in."""
    return {name: _SECRET.sub(lambda found: secrets.get(found[1], ""), value) for name, value in headers.items()}
