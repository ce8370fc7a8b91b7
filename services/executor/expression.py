"""JMESPath expressions in documents: checked when the document is read, compiled once."""

from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

import jmespath
from jmespath import functions
from jmespath.exceptions import JMESPathError
from pydantic import AfterValidator

from services.executor.expression_tree import fault_of


class _Functions(functions.Functions):
    """What documents may call besides JMESPath's own functions."""

    @functions.signature({"types": ["string", "null"]})
    def _func_slug(self, address: str | None) -> str | None:
        """Return the last part of a web address's path, None if it has none."""
        path = urlsplit(address or "").path.strip("/")
        return unquote(path.rpartition("/")[2]) or None


_OPTIONS = jmespath.Options(custom_functions=_Functions())


class Expression:
    """A compiled JMESPath expression; `slug(address)` is the last part of a web address's path."""

    __slots__ = ("_compiled", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._compiled = jmespath.compile(text)

    def of(self, document: object) -> Any:
        """Return what the expression finds; None where there is nothing or the types do not fit."""
        try:
            return self._compiled.search(document, _OPTIONS)
        except JMESPathError:
            return None

    def holds(self, document: object) -> bool:
        """Tell whether the expression finds something that is true in JMESPath's sense."""
        found = self.of(document)
        return found is not None and found is not False and found not in ("", [], {})


def _check(text: str) -> str:
    fault = fault_of(text)
    if fault is not None:
        raise ValueError(fault)
    return text


ExpressionText = Annotated[str, AfterValidator(_check)]
"""A JMESPath expression as it stands in a document."""


def without_nulls(value: Any) -> Any:
    """Return the JSON value without null members: a mapping leaves out what an item does not have."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [without_nulls(each) for each in value]
    return value
