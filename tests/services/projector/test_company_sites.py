"""Addresses as users type them."""

import pytest

from services.projector.company_sites import host_of, page_of


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.Acme.example/about", "acme.example"),
        ("acme.example", "acme.example"),
        ("ACME.example.", "acme.example"),
        ("none", None),
        ("", None),
    ],
)
def test_a_site_has_a_host(text: str, host: str | None) -> None:
    assert host_of(text) == host


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("https://www.linkedin.com/company/Acme-Inc/about/", "acme-inc"),
        ("acme", "acme"),
        ("https://www.linkedin.com/in/ada", None),
        ("", None),
    ],
)
def test_a_company_page_is_known_by_its_last_part(text: str, page: str | None) -> None:
    assert page_of(text) == page
