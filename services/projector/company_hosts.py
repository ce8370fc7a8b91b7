"""Hosts of companies' sites, reduced to the registrable domain: jobs.stripe.com is at stripe.com."""

from tldextract import TLDExtract

# The list of public suffixes that comes with the package; nothing is fetched. Names under the domains that are
# reserved for examples belong to different (invented) companies.
_extract = TLDExtract(
    cache_dir=None,
    suffix_list_urls=(),
    include_psl_private_domains=True,
    extra_suffixes=("example.com", "example.org", "example.net", "example", "test"),
)


def registrable_domain(host: str) -> str:
    """Return the domain that was registered; the host itself where that can't be told."""
    return _extract(host).top_domain_under_public_suffix or host
