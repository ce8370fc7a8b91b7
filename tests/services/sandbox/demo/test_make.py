"""The demo's files are what the script writes, and look like an untouched Apollo export."""

import csv
import io
import re
from pathlib import Path

from services.sandbox.companies import catalogue
from services.sandbox.demo.make import apollo_export, customers, people

DEMO = Path("services/sandbox/demo")


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(apollo_export().decode(), newline="")))


def test_the_script_writes_the_files_that_stand_beside_it() -> None:
    assert apollo_export() == (DEMO / "apollo_demo.csv").read_bytes()
    assert customers() == (DEMO / "customers.csv").read_bytes()


def test_the_export_has_three_hundred_people_in_seventy_one_columns() -> None:
    export = rows()
    assert (len(export), len(export[0])) == (300, 71)
    assert all(None not in row and None not in row.values() for row in export)
    for distinct in ("Apollo Contact Id", "Apollo Record Id"):
        assert len({row[distinct] for row in export}) == 300


def test_the_export_has_the_quirks_of_an_untouched_one() -> None:
    raw, export = apollo_export(), rows()
    assert raw.startswith(b"First Name,Last Name,Title,")
    assert raw.endswith(b"\n")
    assert b"\r" not in raw
    assert re.search(rb",,[^\n]*,\"\",", raw)
    phones = [row[column] for row in export for column in row if column.endswith("Phone") and row[column]]
    assert all(re.fullmatch(r"'\+1 \d{3}-555-01\d\d|9-999-999-9999---9999", phone) for phone in phones)
    assert any("\n" in row["Title"] for row in export)
    assert any("%C3%A9" in row["Person Linkedin Url"] for row in export)
    assert any(row["Person Linkedin Url"] == "" for row in export)
    assert any('"' in row["Lists"] for row in export)
    assert max(len(row["Keywords"]) for row in export) > 2_000
    assert sum(row["Company Name"] != row["Company Name for Emails"] for row in export) > 100


def test_about_a_third_of_the_people_have_worked_at_a_customer() -> None:
    rare = {company.domain for company in catalogue() if company.weight == 1}
    worked = sum(any(job.company.domain in rare for job in person.jobs) for person in people())
    assert 60 < worked < 130


def test_customers_are_known_by_name_domain_or_page() -> None:
    listed = list(csv.DictReader(io.StringIO(customers().decode())))
    assert len(listed) == 25
    assert any(one["name"] and not one["domain"] and not one["linkedin"] for one in listed)
    assert any(one["domain"] and not one["name"] for one in listed)
    assert all(one["name"] or one["domain"] for one in listed)
