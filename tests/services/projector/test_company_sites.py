"""Addresses of sites and pages, as they are told and typed."""

import pytest

from services.projector.company_sites import domain_of, page_of


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("stripe.com", "stripe.com"),
        ("https://www.Stripe.com/about?x=1", "stripe.com"),
        ("http://jobs.stripe.com:8080/", "stripe.com"),
        ("STRIPE.com.", "stripe.com"),
        ("info@stripe.com", "stripe.com"),
        ("a.b.acme.co.uk", "acme.co.uk"),
        ("acme.github.io", "acme.github.io"),
        ("company1.example.com", "company1.example.com"),
        ("jobs.company1.example.com", "company1.example.com"),
        ("acme.example", "acme.example"),
        ("https://www.linkedin.com", "linkedin.com"),
        ("https://www.linkedin.com/", "linkedin.com"),
        ("https://uk.linkedin.com/company/acme", None),
        ("facebook.com/acme", None),
        ("gmail.com", None),
        ("1.2", None),
        ("http://192.168.0.1/", None),
        ("none yet", None),
        ("", None),
    ],
)
def test_a_site_is_at_a_registrable_domain(website: str, domain: str | None) -> None:
    assert domain_of(website) == domain


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
