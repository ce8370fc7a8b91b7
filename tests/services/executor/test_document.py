"""A document that does not fit is refused with the path of the fault."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.executor.document import ProviderDocument

GOOD: dict[str, Any] = {
    "name": "example",
    "version": 1,
    "title": "Example",
    "shape": "single",
    "requires": "input.email",
    "item": "{email: input.email}",
    "request": {"method": "GET", "url": "https://provider.example/", "query": "@"},
    "repeat": "decide",
}


def test_a_good_document_is_taken() -> None:
    assert ProviderDocument.model_validate(GOOD).limits.concurrency == 10


@pytest.mark.parametrize(
    ("change", "path", "message"),
    [
        ({"item": "{email: "}, "item", "not a JMESPath expression"),
        ({"name": "No Name"}, "name", "should match pattern"),
        ({"version": 0}, "version", "greater than or equal to 1"),
        ({"shape": "bulk"}, "", "shape: bulk needs `answers`"),
        ({"batch_size": 5}, "", "batch_size 1"),
        ({"typo": 1}, "typo", "Extra inputs are not permitted"),
        ({"outcomes": [{"when": "status == `200`", "outcome": "fine"}]}, "outcomes.0.outcome", "Input should be"),
        ({"request": {"method": "DELETE", "url": "x"}}, "request.method", "Input should be 'GET' or 'POST'"),
        ({"retry": {"after": {"unknown": 1}}}, "", "may charge twice"),
        ({"limits": {"concurrency": 0}}, "limits.concurrency", "greater than or equal to 1"),
    ],
)
def test_a_fault_is_named_with_its_path(change: dict[str, Any], path: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ProviderDocument.model_validate(GOOD | change)
    assert [".".join(map(str, error["loc"])) for error in refused.value.errors()] == [path]
    assert message in str(refused.value)
