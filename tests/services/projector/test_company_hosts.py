"""From a host to the domain that was registered."""

import pytest

from services.projector.company_hosts import registrable_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("jobs.stripe.com", "stripe.com"),
        ("stripe.com", "stripe.com"),
        ("a.b.acme.co.uk", "acme.co.uk"),
        ("acme.github.io", "acme.github.io"),
        ("company1.example.com", "company1.example.com"),
        ("jobs.company1.example.com", "company1.example.com"),
        ("acme.example", "acme.example"),
        ("localhost", "localhost"),
    ],
)
def test_a_host_is_reduced_to_its_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain
