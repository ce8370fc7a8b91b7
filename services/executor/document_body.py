"""A document as it comes in: YAML or JSON, which YAML contains."""

from typing import Any

import yaml
from fastapi import Request

from shared.errors import BadInput, TooLarge

_MOST_BYTES = 256 * 1024

BODY = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "object", "additionalProperties": True}}
            for kind in ("application/json", "application/yaml")
        },
    }
}
"""How the API's description tells it; what a document may say is told where it is shown."""


class _Loader(yaml.SafeLoader):
    """Takes no references: a few lines of them stand for any amount of data."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("it refers to a part of itself (*name); write the part out")
        return super().compose_node(parent, index)


async def read_document(request: Request) -> dict[str, Any]:
    """Return the object that the body says; raises BadInput, naming line and column, or TooLarge."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > _MOST_BYTES:
            raise TooLarge(f"A document has at most {_MOST_BYTES:,} bytes.")
    try:
        document = yaml.load(bytes(content), _Loader)  # noqa: S506 - a kind of SafeLoader
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise BadInput(f"The body is neither YAML nor JSON: {_told(error)}") from error
    if not isinstance(document, dict) or not all(isinstance(key, str) for key in document):
        raise BadInput("The body must be an object, the document: name, title...")
    return document


def _told(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{error.problem} at line {mark.line + 1}, column {mark.column + 1}."
    return "it is too deep." if isinstance(error, RecursionError) else f"{error}."
