"""A SQL/JSON path as a reading may use it."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_MEMBERS = re.compile(r"\$(\.[A-Za-z_][A-Za-z0-9_]*)+")
_ROWS = re.compile(r"\$[^\[\]]*\[\*\]")


def _is_a_path(path: str) -> str:
    if not path.startswith("$") or not path.isprintable() or path.startswith(("$$", '$"')):
        raise ValueError(f"{path!r} is not a path: begin with $ (the answer or the row), as in $.organization.name")
    return path


def _is_a_rows_path(path: str) -> str:
    if not _ROWS.fullmatch(path):
        raise ValueError(f"{path!r} does not lead to rows: end with one [*], as in $.employment_history[*]")
    return path


Path = Annotated[str, Field(max_length=500), AfterValidator(_is_a_path)]
"""Leads to one value, `lax`: what is not there is NULL."""

RowsPath = Annotated[str, Field(max_length=500), AfterValidator(_is_a_path), AfterValidator(_is_a_rows_path)]
"""Leads to the elements of one array; one [*], at its end, so that each row's own path can be told."""


def members(path: str) -> tuple[str, ...] | None:
    """Return the keys of a path of plain members (`$.a.b`: a, b), or None if it asks for more than that."""
    return tuple(path.split(".")[1:]) if _MEMBERS.fullmatch(path) else None
