"""What a launch may say beside the upload."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypedDict


class LaunchOptions(TypedDict, total=False):
    """What `Client.launch` takes by name; what is absent or None is the server's default.

    Only the first `sample` rows that can be asked about, or the `rows` named; at most `budget` credits are spent;
    beyond `tolerated_failures` ({"percent": 5} or {"count": 100}) the batch has failed. `overrides` are a provider's
    variables for this batch alone: {"pdl-enrich": {"variables": {"min_likelihood": "6"}}}.
    """

    workflow: str | None
    name: str | None
    sample: int | None
    rows: Sequence[int] | None
    budget: Decimal | None
    tolerated_failures: Mapping[str, float] | None
    overrides: Mapping[str, Mapping[str, Mapping[str, str]]] | None
