"""Addresses of companies' sites and pages, as users type them."""

import re

_SITE = re.compile(
    r"^(?:[a-z][a-z0-9+.-]*:/*)?(?:[^/@\s]*@)?(?:www\d?\.)?((?:[^\s/@:?#.,;]+\.)+[^\s/@:?#.,;]{2,})",
    re.IGNORECASE,
)
_PAGE = re.compile(r"linkedin\.com/(?:company|school|showcase)/([^/?#\s]+)", re.IGNORECASE)
_SLUG = re.compile(r"[\w%&.-]+")


def host_of(text: str) -> str | None:
    """Return the host of an address or domain in lower case, without `www.`; None if it has none."""
    match = _SITE.match(text.strip())
    return match[1].lower().rstrip(".") if match else None


def page_of(text: str) -> str | None:
    """Return the last part of the address of a company's LinkedIn page, or such a part itself."""
    text = text.strip()
    match = _PAGE.search(text)
    if match:
        return match[1].lower()
    return text.lower() if _SLUG.fullmatch(text) and "linkedin.com" not in text.lower() else None
