"""A list of customers, as it comes."""

from uuid import UUID

import pytest

from services.projector.customer_list import customers_of, read_customers_csv
from shared.errors import BadInput

CLIENT = UUID("0198c2f0-0000-7000-8000-000000000001")


@pytest.mark.parametrize(
    "body",
    [
        b"name,domain,linkedin\nAcme,acme.example,acme\n",
        b"\xef\xbb\xbfCompany Name;Website;LinkedIn URL\r\nAcme;acme.example;acme\r\n",
        b'Domain\tCustomer\tCompany LinkedIn\nacme.example\t"Acme"\tacme\n',
    ],
)
def test_a_csv_is_read_by_the_names_of_its_columns(body: bytes) -> None:
    assert read_customers_csv(body) == [{"name": "Acme", "domain": "acme.example", "linkedin": "acme"}]


def test_a_csv_in_an_older_encoding_is_read() -> None:
    assert read_customers_csv("name\nM\u00fcller\n".encode("cp1252")) == [{"name": "M\u00fcller"}]


@pytest.mark.parametrize("body", [b"", b"a,b\n1,2\n"])
def test_a_csv_without_a_known_column_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput, match="name, domain, linkedin"):
        read_customers_csv(body)


def test_customers_are_kept_once_each_with_what_they_are_compared_by() -> None:
    listed = customers_of(
        CLIENT,
        [
            {"name": " Acme (formerly Widgets) Inc. ", "domain": "https://www.acme.example/", "linkedin": None},
            {"name": "Acme (formerly Widgets) Inc.", "domain": "acme.example", "linkedin": ""},
            {"name": None, "domain": "jobs.globex.example"},
            {"name": " ", "domain": "", "linkedin": None},
        ],
    )
    assert [(each.name, each.name_key, each.other_keys, each.domain, each.linkedin) for each in listed] == [
        ("Acme (formerly Widgets) Inc.", "acme", ("widgets",), "acme.example", None),
        ("globex.example", "globex example", (), "globex.example", None),
    ]
    assert listed == customers_of(CLIENT, [{"name": each.name, "domain": each.domain} for each in listed])
