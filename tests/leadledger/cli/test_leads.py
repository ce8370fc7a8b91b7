"""`leadledger leads` and `trace`."""

import csv

import httpx
import pytest

from leadledger.cli.lead_filters import NAMES
from tests.leadledger.conftest import DEMO, Run
from tests.standalone_server import StandaloneServer


@pytest.fixture(scope="module")
def batch_id(standalone: StandaloneServer) -> str:
    """A batch of the demo's file, projected, matched with the demo's customers."""
    with standalone.client() as client:
        client.replace_customers(DEMO / "customers.csv")
        launched = client.launch(client.upload(DEMO / "apollo_demo.csv").upload_id)
        for _ in client.watch(launched.batch_id):
            pass
        return str(launched.batch_id)


def test_every_filter_of_the_api_is_an_option(standalone: StandaloneServer) -> None:
    call = httpx.get(f"{standalone.ready['url']}/openapi.json").json()["paths"]["/leads"]["get"]
    filters = {parameter["name"] for parameter in call["parameters"]} - {"after", "limit", "total"}
    assert set(NAMES) == filters


def test_former_employees_of_customers_are_found(run: Run, batch_id: str) -> None:
    ran = run("leads", "--batch-id", batch_id, "--worked-at-customer", "--limit", "0", "--json")
    assert ran.exit_code == 0
    assert 0 < len(ran.lines) < 300
    assert {lead["worked_at_customer"] for lead in ran.lines} == {True}


def test_the_table_says_how_many_there_are(run: Run, batch_id: str) -> None:
    ran = run("leads", "--batch-id", batch_id, "--limit", "3")
    assert ran.stdout.splitlines()[-1] == "3 of 300 leads"


def test_repeated_options_mean_any_of_the_values(run: Run, batch_id: str) -> None:
    def countries(*options: str) -> set[str]:
        found = run("leads", "--batch-id", batch_id, "--limit", "0", "--json", *options).lines
        return {lead["country"] for lead in found}

    both = countries("--country", "Germany", "--country", "France")
    assert both == {"Germany", "France"}


def test_a_receipt_tells_where_each_cell_came_from(run: Run, batch_id: str) -> None:
    (lead, *_) = run("leads", "--batch-id", batch_id, "--worked-at-customer", "--json").lines
    ran = run("trace", lead["batch_item_id"])
    assert ran.exit_code == 0
    assert "apollo_demo.csv, row " in ran.stdout
    assert "$.employment_history" in ran.stdout
    (receipt,) = run("trace", lead["batch_item_id"], "--json").lines
    assert receipt["fields"]["full_name"]["value"] == lead["full_name"]


def test_csv_has_every_column_and_no_formulas(run: Run, batch_id: str) -> None:
    ran = run("leads", "--batch-id", batch_id, "--limit", "0", "--csv")
    rows = list(csv.DictReader(ran.stdout.splitlines()))
    assert len(rows) == 300
    assert {"full_name", "email", "batch_item_id", "worked_at_customer", "customers"} <= set(rows[0])
    assert run("leads", "--csv", "--json").exit_code == 2


def test_an_unknown_lead_is_refused(run: Run) -> None:
    assert run("trace", "0198f3a0-0000-7000-8000-000000000001").exit_code == 3
