"""`leadledger customers`."""

from pathlib import Path

from tests.leadledger.conftest import DEMO, Run


def test_a_file_takes_the_place_of_the_whole_list(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "customers.csv"
    file.write_text("name,domain,linkedin\nNorthwind Traders,northwind.example,\nTessaline,,\n")
    (answer,) = run("customers", "replace", str(file), "--json").lines
    assert answer["customers"] == 2
    assert [line["name"] for line in run("customers", "list", "--json").lines] == ["Northwind Traders", "Tessaline"]
    assert "northwind.example" in run("customers", "list").stdout

    assert run("customers", "replace", str(DEMO / "customers.csv")).exit_code == 0
    assert len(run("customers", "list", "--json").lines) == 25


def test_a_missing_file_is_wrong_usage_and_changes_nothing(run: Run) -> None:
    before = run("customers", "list", "--json").lines
    assert run("customers", "replace", "nowhere.csv").exit_code == 2
    assert run("customers", "list", "--json").lines == before
