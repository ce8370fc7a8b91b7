"""A filter of the dashboard, as data, and the kinds of filters there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID


class Lookup(StrEnum):
    """How given values become the arrays that a condition compares with."""

    NONE = "none"
    VALUE = "value"
    WORDS = "words"
    COMPANY_KEYS = "company_keys"
    COMPANY_NAMES = "company_names"
    DOMAINS = "domains"
    ANYTHING = "anything"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Filter:
    """A filter. Its condition has a `{name}` for each array that the lookup makes; a choice has one per value.

    `column`: what it looks at, in a lead or in a former job; NULL where nothing is known. `faceted`: leads are counted
    by its values, and for each value the set of its leads is kept.
    """

    name: str
    type: Any
    description: str
    example: str | bool
    index: str
    column: str = ""
    faceted: bool = False
    condition: str = ""
    choices: Mapping[object, str] = field(default_factory=dict)
    lookup: Lookup = Lookup.NONE
    kind: str = ""
    of_former_job: bool = False


def flag(name: str, description: str, *, column: str, index: str, yes: str, no: str) -> Filter:
    """Return a filter that is true or false."""
    return Filter(
        name=name,
        type=bool,
        description=description,
        example=True,
        index=index,
        column=column,
        faceted=True,
        choices={True: yes, False: no},
    )


def one_of(name: str, type_: Any, description: str, *, example: str, index: str) -> Filter:
    """Return a filter on a column with values as they are given."""
    array = "uuid[]" if type_ is UUID else "text[]"
    return Filter(
        name=name,
        type=type_,
        description=description,
        example=example,
        index=index,
        column=name,
        faceted=True,
        condition=f"{name} = ANY ({{values}}::{array})",
    )


def known_value(name: str, description: str, *, example: str, index: str) -> Filter:
    """Return a filter on a column, given its value in any case."""
    return Filter(
        name=name,
        type=str,
        description=description,
        example=example,
        index=index,
        column=name,
        faceted=True,
        condition=f"{name} = ANY ({{values}}::text[])",
        lookup=Lookup.VALUE,
        kind=name,
    )


def title_words(name: str, description: str, *, example: str, index: str, of_former_job: bool = False) -> Filter:
    """Return a filter on the words of a title."""
    return Filter(
        name=name,
        type=str,
        description=f"{description}: has words that begin with each of these",
        example=example,
        index=index,
        column="title",
        condition="title = ANY ({values}::text[])",
        lookup=Lookup.WORDS,
        kind="title",
        of_former_job=of_former_job,
    )
