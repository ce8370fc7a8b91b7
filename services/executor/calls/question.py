"""The question: one request about one item or a group of them, with the secrets kept apart."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from services.executor.calls.body import dump_json
from services.executor.compiled import CompiledProvider
from services.executor.expression import without_nulls
from shared.wire import Request

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_SECRET = re.compile(r"secret:([a-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A subject as the documents' expressions see it: its input and what earlier steps said of it."""

    subject_id: UUID
    number: int
    input: Mapping[str, Any]
    results: Mapping[str, Any]

    def document(self) -> dict[str, Any]:
        """Return what `requires`, `when` and `item` look into."""
        return {"input": self.input, "results": self.results, "ref": str(self.subject_id)}


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
    asked = {"items": items} if provider.document.shape == "bulk" else items[0]
    params = without_nulls(provider.query.of(asked)) if provider.query else {}
    body = without_nulls(provider.body.of(asked)) if provider.body else None
    url = fill(request.url, variables)
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


def http_request(
    question: Question, headers: Mapping[str, str], secrets: Mapping[str, str], *, idempotency_key: str | None
) -> Request:
    """Return the request as it is sent, with the secrets filled in and nothing of them stored."""
    filled = {name: _SECRET.sub(lambda found: secrets.get(found[1], ""), value) for name, value in headers.items()}
    if idempotency_key is not None:
        filled["Idempotency-Key"] = idempotency_key
    if question.body is None:
        return Request(question.method, question.url, headers=filled)
    filled["Content-Type"] = "application/json"
    return Request(question.method, question.url, headers=filled, content=dump_json(question.body))
