"""A text taken out of an answer, on its way to becoming a value.

Statements over answers have three levels with fences (`OFFSET '0'`) between them, so that each thing is worked out
once: the texts, the values made of them, and what became of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.projector.projection.extraction import Place, literal, text_at
from services.projector.projection.kinds import unreadable, value_of
from services.projector.rules.fields import Kind


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """The text found at the first of the paths that has any, and the kind of value it is to be."""

    name: str
    kind: Kind
    paths: tuple[Place, ...]
    nothing: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The name of the column that holds the text."""
        return f"text_{self.name}"

    def taken(self, root: str) -> str:
        """Return the SQL that takes the text out of `root`."""
        return f"{text_at(root, self.paths, self.nothing)} AS {self.text}"

    def value(self) -> str:
        """Return the SQL that makes the value of the text."""
        return f"{value_of(self.kind, self.text)} AS {self.name}"

    def refusal(self) -> tuple[str, str]:
        """Return the SQL condition that the text is there but has no value, and the path to name then."""
        first = self.paths[0]
        return unreadable(self.kind, self.text, self.name), first if isinstance(first, str) else first.year


def paths_unread(refusals: Sequence[tuple[str, str]], *, prefix: str = "''") -> str:
    """Return the SQL of the array of paths whose condition holds, or NULL; `prefix` is the SQL of the row's path.

    The conditions are first asked all at once: hardly any row has an error.
    """
    if not refusals:
        return "NULL::text[]"
    named = ", ".join(f"CASE WHEN {refusal} THEN {_below(prefix, path)} END" for refusal, path in refusals)
    any_refusal = " OR ".join(refusal for refusal, _ in refusals)
    return f"CASE WHEN {any_refusal} THEN array_remove(ARRAY[{named}]::text[], NULL) END"


def _below(prefix: str, path: str) -> str:
    return literal(path) if prefix == "''" else f"{prefix} || {literal(path.removeprefix('$'))}"
