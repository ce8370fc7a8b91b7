"""What a receipt leads to: cells of the CSV row, answers, and the calls that brought them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.projector.projection.source import Source


class Evidence:
    """The CSV row of a lead and every result about it; `used` are the results its lead was made of."""

    def __init__(
        self, *, csv: asyncpg.Record | None, all_results: Sequence[asyncpg.Record], used: frozenset[UUID]
    ) -> None:
        self._csv = csv
        self._results = {result["result_id"]: result for result in all_results}
        self._used = used

    def csv_row(self) -> dict[str, Any] | None:
        """Return which row of which file the lead is about."""
        if self._csv is None:
            return None
        return {name: self._csv[name] for name in ("upload_id", "filename", "row_no", "line_no")}

    def origin(self, source: Source, paths: Sequence[str], told: Mapping[int, asyncpg.Record]) -> dict[str, Any]:
        """Return where a source's value stands: the first of the paths is the usual place."""
        if source.step is None:
            return self.cell(*paths)
        return self.answer(told[source.source_no]["result_id"], " or ".join(paths))

    def cell(self, *paths: str) -> dict[str, Any]:
        """Return the cell that a field of the batch item's input was made from."""
        found = {"kind": "csv", **(self.csv_row() or {})}
        if self._csv is None:
            return found
        for path in paths:
            field = path.removeprefix("$.")
            mapped = self._csv["mapping"].get(field)
            for column in [mapped, *mapped.get("fallbacks", [])] if mapped else []:
                cells = self._csv["cells"]
                if column["column"] < len(cells) and str(cells[column["column"]]).strip():
                    header, cell = column["header"], cells[column["column"]]
                    return {**found, "field": field, "column": column["column"], "header": header, "cell": cell}
        return {**found, "field": paths[0].removeprefix("$.") if paths else None}

    def answer(self, result_id: UUID, json_path: str) -> dict[str, Any]:
        """Return an answer, the place in it, and the call that brought it."""
        result = self._results[result_id]
        names = ("result_id", "step", "provider", "provider_version", "attempt", "outcome", "created_at")
        return {
            "kind": "answer",
            "json_path": json_path,
            **{name: result[name] for name in names},
            "call": self._call(result),
        }

    def results(self) -> list[dict[str, Any]]:
        """Return every result about the lead, and whether and why it counts."""
        names = ("result_id", "step", "provider", "attempt", "outcome", "detail", "created_at")
        return [
            {**{name: result[name] for name in names}, "counts": self._why(result), "call": self._call(result)}
            for result in self._results.values()
        ]

    def _why(self, result: asyncpg.Record) -> str:
        if result["result_id"] in self._used:
            return "yes"
        if result["outcome"] != "ok":
            return f"no: its outcome is {result['outcome']}"
        newer = any(
            (other["step"], other["provider"]) == (result["step"], result["provider"])
            and other["attempt"] > result["attempt"]
            and other["result_id"] in self._used
            for other in self._results.values()
        )
        return "no: a newer attempt answered" if newer else "no: it has no reading, is a stub, or came later"

    @staticmethod
    def _call(result: asyncpg.Record) -> dict[str, Any] | None:
        if result["call_id"] is None:
            return None
        names = ("call_id", "method", "url", "status", "called_at", "request_body")
        return {**{name: result[name] for name in names}, "answer": f"/calls/{result['call_id']}/answer"}
