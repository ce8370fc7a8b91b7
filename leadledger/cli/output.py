"""What a command prints: for people, or with --json for programs, one JSON document per line."""

import sys
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import orjson
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.table import Table

_PIPED_WIDTH = 500
_WIDE = 150


class Output:
    """Answers go to standard output, everything else to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._answers = _console(sys.stdout)
        self.notes = _console(sys.stderr)

    @property
    def is_wide(self) -> bool:
        """Whether there is room for ids beside the rest."""
        return self._answers.width >= _WIDE

    def line(self, document: object) -> None:
        """Print one JSON line; nothing for people."""
        if self.as_json:
            sys.stdout.write(orjson.dumps(document, default=_plain).decode() + "\n")
            sys.stdout.flush()

    def show(self, answer: RenderableType) -> None:
        """Print for people; nothing with --json."""
        if not self.as_json:
            self._answers.print(answer, soft_wrap=isinstance(answer, str))

    def note(self, text: str) -> None:
        """Tell people something beside the answer."""
        self.notes.print(text, soft_wrap=True)

    def error(self, document: dict[str, object]) -> None:
        """Say on standard error what went wrong: `title`, `detail` and what else is known."""
        if self.as_json:
            sys.stderr.write(orjson.dumps({"error": document}).decode() + "\n")
            return
        self.notes.print(f"{document['title']}: {document['detail']}", style="red", soft_wrap=True)
        if document.get("trace_id"):
            self.notes.print(f"Trace id, to quote: {document['trace_id']}")


def table(*columns: str, ids: Sequence[str] = ()) -> Table:
    """Return an empty table; the columns `ids` come last and are never broken, so that they can be copied."""
    made = Table(header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for column in ids:
        made.add_column(column, no_wrap=True)
    return made


def cell(value: object) -> str:
    """Return a value as text for a terminal: what came from a file or a provider can't control it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = orjson.dumps(value, default=_plain).decode() if isinstance(value, dict | list) else str(value)
    return "".join(character if character.isprintable() else " " for character in text)


def _console(stream: Any) -> Console:
    # Data may hold what looks like rich's markup, so markup is off.
    width = None if stream.isatty() else _PIPED_WIDTH
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not JSON")
