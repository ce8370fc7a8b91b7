"""Leads as CSV for spreadsheets."""

import io

import pytest

from leadledger.cli.lead_csv import write_csv


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(formula: str) -> None:
    file = io.StringIO()
    write_csv([{"full_name": formula, "employees": -5}], file)
    assert file.getvalue().splitlines() == ["full_name,employees", f"'{formula},-5"]


def test_nothing_found_is_empty_and_customers_are_their_names() -> None:
    file = io.StringIO()
    jobs = [{"name": "Northwind, Inc.", "job_no": 1}, {"name": "Northwind, Inc.", "job_no": 2}, {"name": "Tessaline"}]
    write_csv([{"email": None, "worked_at_customer": True, "customers": jobs}], file)
    assert file.getvalue().splitlines()[1] == ',True,"Northwind, Inc.; Tessaline"'


def test_no_lead_is_no_output() -> None:
    file = io.StringIO()
    write_csv([], file)
    assert file.getvalue() == ""
