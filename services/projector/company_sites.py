"""Companies' sites and pages: which domain an address is at, and what it says of whose company it is."""

import re

from tldextract import TLDExtract

# The list of public suffixes that comes with the package; nothing is fetched. Names under the domains that are
# reserved for examples belong to different (invented) companies.
_extract = TLDExtract(
    cache_dir=None,
    suffix_list_urls=(),
    include_psl_private_domains=True,
    extra_suffixes=("example.com", "example.org", "example.net", "example", "test"),
)

_SITE = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/*)?(?:[^/@\s]*@)?(?:www\d?\.)?((?:[^\s/@:?#.,;]+\.)+[^\s/@:?#.,;\d][^\s/@:?#.,;]+)\.?"
    r"(?::\d+)?(?P<page>/+[^/?#\s].*)?(?:[/?#].*)?",
    re.IGNORECASE,
)
_LINKEDIN_PAGE = re.compile(r"linkedin\.com/(?:company|school|showcase)/([^/?#\s]+)", re.IGNORECASE)
_SLUG = re.compile(r"[\w%&.-]+")

_PLATFORMS = frozenset(
    {
        *("linkedin.com", "facebook.com", "instagram.com", "twitter.com", "x.com", "youtube.com", "tiktok.com"),
        *("github.com", "medium.com", "linktr.ee", "crunchbase.com", "google.com", "notion.site", "notion.so"),
    }
)
"""A page on one of these is not a company's own site; its front page is, of the company that runs it."""

_MAIL_HOSTS = frozenset(
    {
        *("gmail.com", "googlemail.com", "hotmail.com", "outlook.com", "live.com", "icloud.com", "aol.com"),
        *("gmx.net", "gmx.de", "web.de", "proton.me", "protonmail.com", "yandex.ru", "qq.com", "163.com"),
    }
)
"""Where people have mailboxes: nobody's own domain."""


def domain_of(website: str) -> str | None:
    """Return the registrable domain that an address or a host is at; None if it says nothing about whose it is."""
    match = _SITE.fullmatch(website.strip())
    if match is None:
        return None
    domain = registrable_domain(match[1].lower().rstrip("."))
    if domain in _MAIL_HOSTS or (domain in _PLATFORMS and match["page"]):
        return None
    return domain


def registrable_domain(host: str) -> str:
    """Return the domain that was registered (jobs.stripe.com: stripe.com); the host where that can't be told."""
    return _extract(host).top_domain_under_public_suffix or host


def page_of(text: str) -> str | None:
    """Return the last part of the address of a company's LinkedIn page, or such a part itself."""
    text = text.strip()
    match = _LINKEDIN_PAGE.search(text)
    if match:
        return match[1].lower()
    return text.lower() if _SLUG.fullmatch(text) and "linkedin.com" not in text.lower() else None
