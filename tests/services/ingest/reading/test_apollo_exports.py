"""The invented Apollo exports are read to the cell."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.reading_csv import read_csv

FOLDER = Path(__file__).parents[3] / "data" / "apollo"
SYNTHETIC = json.loads((FOLDER / "synthetic" / "manifest.json").read_text(encoding="utf-8"))
HEADERS = sorted((FOLDER / "headers").glob("*.csv"))


@pytest.mark.parametrize("export", SYNTHETIC, ids=lambda export: export["file"])
def test_an_export_has_the_rows_and_cells_of_its_manifest(export: dict[str, object]) -> None:
    data = (FOLDER / "synthetic" / str(export["file"])).read_bytes()
    header, records = read_csv(data)
    expected = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert [list(header.cells), *(record.cells for record in records)] == expected
    assert (len(data), len(records), len(header.cells)) == (export["bytes"], export["rows"], export["cols"])
    assert not any(record.problems for record in records)


def test_a_header_twice_is_kept_and_named() -> None:
    header, _ = read_csv((FOLDER / "synthetic" / "c2026b_ai_columns_dup_header_crlf_bom.csv").read_bytes())
    assert [header.cells[index] for index in header.duplicate_columns] == ["High Fit Prompt"]


@pytest.mark.parametrize("path", HEADERS, ids=lambda path: path.stem)
def test_a_header_generation_has_the_columns_of_its_name(path: Path) -> None:
    header, records = read_csv(path.read_bytes())
    assert (f"{len(header.cells)}cols", records) == (path.stem.rsplit("_", 1)[1], [])


def test_all_files_are_there() -> None:
    assert (len(SYNTHETIC), len(HEADERS)) == (7, 11)
