"""The parameters of what is asked about leads: one for each filter, and what belongs to a page, a count or a file."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from services.projector.filter import Filter
from services.projector.filters import FACETED, FILTERS
from services.projector.sorts import DEFAULT_SORT, SORT_NAMES, SORTS

_FACET_NAMES = tuple(each.name for each in FACETED)
_TEXT = Annotated[str, Field(min_length=1, max_length=300)]


class _Filtered(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def filters(self) -> dict[str, Sequence[object]]:
        """Return what is asked: filter name -> alternatives."""
        return {each.name: getattr(self, each.name) for each in FILTERS}


class _Sorted(_Filtered):
    sort: Literal[SORT_NAMES] = Field(  # type: ignore[valid-type]  # the list of orders is data
        DEFAULT_SORT,
        description="; ".join(f"{sort.name}: {sort.description}" for sort in SORTS) + "; - turns it round",
    )


class _Page(_Sorted):
    after: str | None = Field(None, max_length=2_000, description="`next` of the page before, in the same order")
    limit: int = Field(50, ge=1, le=500)
    total: bool = Field(True, description="Count all pages' leads; without, `total` is null and the page comes sooner")


class _Facets(_Filtered):
    facet: list[Literal[_FACET_NAMES]] = Field(  # type: ignore[valid-type]  # the list of filters is data
        default=[], description="Count by these filters' values; by all, if none is named"
    )
    limit: int = Field(50, ge=1, le=500, description="At most so many values of each, the most frequent")


class _Csv(_Sorted):
    formula_safe: bool = Field(
        True, description="Put an apostrophe before a text that a spreadsheet would take for a formula"
    )


def _parameter(each: Filter) -> Any:
    values = list[_TEXT] if each.type is str else list[each.type]  # type: ignore[name-defined]  # the filters are data
    return values, Field(default=[], max_length=200, description=each.description, examples=[[each.example]])


def _with_filters(name: str, base: type[BaseModel]) -> Any:
    return create_model(name, __base__=base, **{each.name: _parameter(each) for each in FILTERS})


PageQuery: Any = _with_filters("PageQuery", _Page)
"""The parameters of `GET /leads`."""

FacetQuery: Any = _with_filters("FacetQuery", _Facets)
"""The parameters of `GET /facets`."""

CsvQuery: Any = _with_filters("CsvQuery", _Csv)
"""The parameters of `GET /leads.csv`."""

JsonlQuery: Any = _with_filters("JsonlQuery", _Sorted)
"""The parameters of `GET /leads.jsonl`."""
