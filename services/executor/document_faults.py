"""What is wrong with a document that its model does not see: names of nothing, in the document itself or elsewhere."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from services.executor.calls.question import fill
from services.executor.document import ProviderDocument
from services.executor.expression_tree import names_at_root, names_under
from services.executor.workflow import Step, Workflow

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_SECRET = re.compile(r"secret:([a-z_]+)")

_OF_AN_ITEM = {"input", "results", "ref", "callback_url"}
_OF_A_STEP = {"input", "results"}
_OF_AN_EXCHANGE = {"status", "headers", "body", "later"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend, and its place in the document: `steps.0.when`."""

    at: str
    message: str


def provider_faults(document: ProviderDocument) -> list[Fault]:
    """Return what a provider's document names that is not there."""
    return [*_unknown_references(document), *_bad_url(document), *_unknown_roots(document)]


def workflow_faults(workflow: Workflow, providers: Collection[str]) -> list[Fault]:
    """Return what a workflow names that is not there; `providers` are those that the client may ask."""
    faults = list[Fault]()
    before = list[str]()
    for place, step in enumerate(workflow.steps):
        at = f"steps.{place}"
        if step.name in before:
            faults.append(Fault(at=f"{at}.name", message=f"there is a step {step.name} already"))
        faults += _unknown_providers(at, step, providers)
        for part, text, also in (("when", step.when, set[str]()), ("accept", step.accept, {"answer"})):
            if text is not None:
                faults += _unknown_names(f"{at}.{part}", text, _OF_A_STEP | also)
                faults += _unknown_results(f"{at}.{part}", text, before)
        before.append(step.name)
    for source in workflow.default_for:
        if workflow.sources and source not in workflow.sources:
            faults.append(Fault(at="default_for", message=f"{source} is none of the workflow's sources"))
    return faults


def _unknown_providers(at: str, step: Step, providers: Collection[str]) -> Iterator[Fault]:
    part = "provider" if step.provider is not None else "waterfall"
    for name in step.providers:
        if name not in providers:
            known = ", ".join(sorted(providers))
            yield Fault(at=f"{at}.{part}", message=f"there is no provider {name}; there are: {known}")


def _unknown_results(at: str, text: str, before: list[str]) -> Iterator[Fault]:
    for name in sorted(names_under(text, "results") - set(before)):
        known = ", ".join(before) or "none"
        yield Fault(at=at, message=f"results.{name} is no step before this one; there are: {known}")


def _unknown_references(document: ProviderDocument) -> Iterator[Fault]:
    """Look at every URL and header, and for secrets at query and body, wherever the document's shape has them."""
    for path, text in _texts(document.model_dump(exclude={"documentation"})):
        part = "headers" if "headers" in path[-2:-1] else path[-1]
        if part in ("url", "ask", "headers"):
            yield from _unknown_variables(document, ".".join(path), text, {"id"} if part == "ask" else set())
        if part in ("url", "ask", "headers", "query", "body"):
            yield from _unknown_secrets(document, ".".join(path), text, in_url=part in ("url", "ask"))


def _unknown_variables(document: ProviderDocument, at: str, text: str, also: set[str]) -> Iterator[Fault]:
    for name in _VARIABLE.findall(text):
        if name not in document.variables and name not in also:
            known = ", ".join(document.variables) or "none"
            yield Fault(at=at, message=f"there is no variable {name}; `variables` has: {known}")


def _unknown_secrets(document: ProviderDocument, at: str, text: str, *, in_url: bool) -> Iterator[Fault]:
    for name in _SECRET.findall(text):
        if in_url:
            message = "a secret in a URL would be stored with each call; put it into a header, the query or the body"
            yield Fault(at=at, message=message)
        elif name not in document.secrets:
            known = ", ".join(document.secrets) or "none"
            yield Fault(at=at, message=f"there is no secret {name}; `secrets` has: {known}")


def _texts(part: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(part, str) and path:
        yield path, part
    elif isinstance(part, dict):
        for key, each in part.items():
            yield from _texts(each, (*path, str(key)))
    elif isinstance(part, list | tuple):
        for place, each in enumerate(part):
            yield from _texts(each, (*path, str(place)))


def _bad_url(document: ProviderDocument) -> Iterator[Fault]:
    filled = fill(document.request.url, document.variables)
    try:
        url = httpx.URL(filled)
        fits = url.scheme in ("http", "https") and bool(url.host)
    except httpx.InvalidURL:
        fits = False
    if not fits:
        message = f"with its variables it is {filled!r}; it must begin with http:// or https:// and name a host"
        yield Fault(at="request.url", message=message)


def _unknown_roots(document: ProviderDocument) -> Iterator[Fault]:
    looked_at = [("requires", document.requires, _OF_AN_ITEM), ("item", document.item, _OF_AN_ITEM)]
    looked_at += [(f"outcomes.{n}.when", rule.when, _OF_AN_EXCHANGE) for n, rule in enumerate(document.outcomes)]
    looked_at += [("answer", document.answer, _OF_AN_EXCHANGE)]
    if document.cost.amount is not None:
        looked_at.append(("cost.amount", document.cost.amount, _OF_AN_EXCHANGE))
    if document.answers is not None:
        looked_at.append(("answers.list", document.answers.list, _OF_AN_EXCHANGE))
        for place, rule in enumerate(document.answers.outcomes):
            looked_at.append((f"answers.outcomes.{place}.when", rule.when, _OF_AN_EXCHANGE | {"answer"}))
    if document.wait is not None:
        parts = {"accepted": document.wait.accepted, "id": document.wait.id, "pending": document.wait.pending}
        looked_at += [(f"wait.{part}", text, _OF_AN_EXCHANGE) for part, text in parts.items() if text is not None]
    for at, text, known in looked_at:
        yield from _unknown_names(at, text, known)


def _unknown_names(at: str, text: str, known: set[str]) -> Iterator[Fault]:
    for name in sorted(names_at_root(text) - known):
        yield Fault(at=at, message=f"{name} is not there to look at; there are: {', '.join(sorted(known))}")
