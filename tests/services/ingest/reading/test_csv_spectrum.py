"""Every file of csv-spectrum is read as its JSON says."""

import json
from pathlib import Path

import pytest

from tests.reading_csv import read_csv

FOLDER = Path(__file__).parents[3] / "data" / "csv-spectrum"
NAMES = sorted(path.stem for path in (FOLDER / "csvs").glob("*.csv"))


def test_all_eleven_files_are_there() -> None:
    assert len(NAMES) == 11


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_read_as_its_json_says(name: str) -> None:
    expected = json.loads((FOLDER / "json" / f"{name}.json").read_text(encoding="utf-8"))
    header, records = read_csv((FOLDER / "csvs" / f"{name}.csv").read_bytes())
    assert [dict(zip(header.cells, record.cells, strict=True)) for record in records] == expected
    assert [record.problems for record in records] == [()] * len(expected)
