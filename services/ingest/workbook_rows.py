"""`python -m services.ingest.workbook_rows MAX_BYTES < workbook > table.csv`: a workbook's first sheet that has rows.

A process of its own, with a limit on its memory: sheets are read as a whole, and one may claim to have any size. Ends
with 0, with 2 if the workbook can't be read, and with anything else if it did not fit.
"""

import csv
import datetime as dt
import io
import resource
import sys
from collections.abc import Iterator
from typing import TypeAlias

from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

Value: TypeAlias = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

UNREADABLE = 2
# Cells take several times the bytes they have in the file; the interpreter itself takes the rest.
_CELLS_FACTOR = 4
_INTERPRETER_BYTES = 512 * 1024 * 1024
_EXACT = 10**15


def cell_text(value: Value) -> str:
    """Return what a cell shows: whole numbers without a fraction, dates as ISO 8601."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def sheet_rows(workbook: CalamineWorkbook) -> Iterator[list[str]]:
    """Yield the rows of the first visible sheet that has any."""
    for sheet in workbook.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible:
            rows = workbook.get_sheet_by_name(sheet.name).iter_rows()
            first = next(rows, None)
            if first is not None:
                yield list(map(cell_text, first))
                yield from (list(map(cell_text, row)) for row in rows)
                return


def main(max_bytes: int) -> int:
    """Write the rows to standard output as CSV."""
    limit = _INTERPRETER_BYTES + _CELLS_FACTOR * max_bytes
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", "replace", newline="")
    try:
        workbook = CalamineWorkbook.from_filelike(sys.stdin.buffer)
        csv.writer(out).writerows(sheet_rows(workbook))
    except (CalamineError, ValueError, KeyError) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}"[:200])
        return UNREADABLE
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
