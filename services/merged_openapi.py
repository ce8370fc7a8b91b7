"""One OpenAPI document over several services."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import orjson
from fastapi import FastAPI

Document: TypeAlias = dict[str, Any]

_DESCRIPTION = (
    "Upload a CSV of leads, launch a batch, read the consolidated leads. Authorize with an API key; "
    "ids of another client answer 404; errors are problem documents (RFC 9457)."
)


def merged_openapi(services: Sequence[FastAPI]) -> Document:
    """Return the documents of the services as one, as they are reached at one origin.

    A schema that means different things in two services is named after each: `ingest_Page`, `projector_Page`.
    """
    documents = {service.title: service.openapi() for service in services}
    ambiguous = _ambiguous_schemas(list(documents.values()))
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": "Leadledger", "version": "1", "description": _DESCRIPTION},
        "paths": {},
        "components": {},
    }
    for title, document in documents.items():
        told_apart = _renamed(document, {name: f"{title.split()[-1].lower()}_{name}" for name in ambiguous})
        for path, operations in told_apart["paths"].items():
            merged["paths"].setdefault(path, {}).update(operations)
        for kind, components in told_apart.get("components", {}).items():
            merged["components"].setdefault(kind, {}).update(components)
    return merged


def _ambiguous_schemas(documents: Sequence[Document]) -> set[str]:
    seen: dict[str, object] = {}
    ambiguous = set()
    for document in documents:
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            if seen.setdefault(name, schema) != schema:
                ambiguous.add(name)
    return ambiguous


def _renamed(document: Document, names: dict[str, str]) -> Document:
    text = orjson.dumps(document).decode()
    for old, new in names.items():
        text = text.replace(f'"#/components/schemas/{old}"', f'"#/components/schemas/{new}"')
    renamed: Document = orjson.loads(text)
    schemas = renamed.get("components", {}).get("schemas", {})
    for old in names.keys() & schemas.keys():
        schemas[names[old]] = schemas.pop(old)
    return renamed
