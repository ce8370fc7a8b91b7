"""Leads as CSV that a spreadsheet can open: no cell is taken for a formula."""

import csv
from collections.abc import Iterable
from typing import TextIO

from leadledger.answers import Lead

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def write_csv(leads: Iterable[Lead], file: TextIO) -> None:
    """Write a header and a line per lead; a text that a spreadsheet would calculate gets an apostrophe before it.

    The columns are those of the first lead; customers it used to work at are their names. No lead, no output.
    """
    writer = None
    for lead in leads:
        row = {name: _cell(value) for name, value in lead.items()}
        if writer is None:
            writer = csv.DictWriter(file, list(row))
            writer.writeheader()
        writer.writerow(row)


def _cell(value: object) -> object:
    if isinstance(value, list):
        value = "; ".join(dict.fromkeys(str(job["name"]) for job in value))
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
