"""What a JMESPath expression looks at, read from its tree: names at its root; and faults that syntax allows."""

from collections.abc import Iterator
from typing import Any, TypeAlias

import jmespath
from jmespath.exceptions import JMESPathError, ParseError

_Node: TypeAlias = dict[str, Any]

# Only the first part of these looks at the document; the others look at what the first found.
_LED_BY_THE_FIRST = {
    "subexpression", "index_expression", "pipe", "projection", "value_projection", "filter_projection", "flatten",
    "slice",
}  # fmt: skip


def fault_of(text: str) -> str | None:
    """Return what is wrong with an expression and where, or None."""
    try:
        tree = _tree(text)
    except ParseError as error:
        return f"not a JMESPath expression: {_told(error)} at character {error.lex_position + 1}"
    except JMESPathError as error:
        return f"not a JMESPath expression: {error}"
    if any(node["type"] == "subexpression" and node["children"][0]["type"] == "not_expression" for node in _all(tree)):
        return "JMESPath reads !a.b as (!a).b, which is never true; write !(a.b)"
    return None


def names_at_root(text: str) -> set[str]:
    """Return the names that the expression looks up in the document itself."""
    return {node["value"] for node in _leading(_tree(text)) if node["type"] == "field"}


def names_under(text: str, name: str) -> set[str]:
    """Return what is looked up directly under a name of the document: `x` and `y` of `results.x.a || results.y`."""
    found = set()
    for node in _all(_tree(text)):
        if node["type"] != "subexpression":
            continue
        first, second = node["children"][:2]
        if first == {"type": "field", "children": [], "value": name} and second["type"] == "field":
            found.add(second["value"])
    return found


def _tree(text: str) -> _Node:
    return dict(jmespath.compile(text).parsed)


def _told(error: ParseError) -> str:
    if error.token_value is None:
        return "it ends too early,"
    return f"unexpected {error.token_value!r}"


def _all(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node["children"]:
        if isinstance(child, dict):
            yield from _all(child)


def _leading(node: _Node) -> Iterator[_Node]:
    if node["type"] in {"expref", "literal"}:
        return
    yield node
    children = [child for child in node["children"] if isinstance(child, dict)]
    for child in children[:1] if node["type"] in _LED_BY_THE_FIRST else children:
        yield from _leading(child)
