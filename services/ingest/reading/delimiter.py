"""Which character separates the cells, found by reading the file's start with each candidate.

`csv.Sniffer` gives up on short files and on cells with line breaks; clevercsv takes twelve seconds over 22 KB
that its address pattern backtracks on, and fails on NUL. Both are therefore left out here.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from services.ingest.reading.header import header_index

_CANDIDATES = (",", ";", "\t", "|")
_SAMPLE_RECORDS = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Format:
    """How cells are separated and quoted; `quote_char` None means that nothing is quoted."""

    delimiter: str
    quote_char: str | None
    skip_initial_space: bool = False


def find_format(sample: str, *, delimiter: str | None, quote_char: str | None) -> Format:
    """Return the format of whole physical lines; what the caller knows is given, '' for "not quoted"."""
    quote = _find_quote(sample) if quote_char is None else quote_char or None
    if delimiter is None:
        delimiter = max(_CANDIDATES, key=lambda candidate: _score(_read(sample, candidate, quote=quote), candidate))
    spaced = quote is not None and _is_space_before_quotes(_read(sample, delimiter, quote=quote), quote)
    return Format(delimiter=delimiter, quote_char=quote, skip_initial_space=spaced)


def _find_quote(sample: str) -> str:
    # Apollo's phone cells begin with an apostrophe, so single quotes count only where they wrap every name.
    names = [name for name in sample.split("\n", 1)[0].strip().replace(";", ",").split(",") if name]
    wrapped = [len(name) > 2 and name.startswith("'") and name.endswith("'") for name in names]
    return "'" if len(names) > 1 and all(wrapped) else '"'


def _read(sample: str, delimiter: str, *, quote: str | None) -> list[list[str]]:
    lines = io.StringIO(sample, newline="")
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE
    reader = csv.reader(lines, delimiter=delimiter, quotechar=quote, quoting=quoting)
    records = [record for record, _ in zip(filter(None, reader), range(_SAMPLE_RECORDS), strict=False)]
    return records[header_index(records) or 0 :]


def _score(records: list[list[str]], delimiter: str) -> tuple[float, int]:
    """Prefer a header of several names whose width most records share; a space after it speaks against it."""
    if not records or len(records[0]) == 1:
        return (0.0, -_CANDIDATES.index(delimiter))
    header, *rows = records
    widths = Counter(map(len, rows))
    share = widths[len(header)] / len(rows) if rows else 1.0
    spaced = sum(name.startswith(" ") for name in header) / len(header)
    return (share * (1 - 1 / len(header)) * (1 - spaced / 2) + 0.001, len(header))


def _is_space_before_quotes(records: list[list[str]], quote: str) -> bool:
    spaced = [cell for record in records for cell in record if cell.startswith(" ")]
    return bool(spaced) and all(cell.startswith(f" {quote}") for cell in spaced)
