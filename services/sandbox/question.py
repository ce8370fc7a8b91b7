"""Whom a call asks about: the identity, normalised, whatever the provider calls its fields."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One person asked for; "" is what was not said, `linkedin` the slug and `reference` a provider's own id."""

    linkedin: str = ""
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    domain: str = ""
    company: str = ""
    reference: str = ""

    @property
    def identity(self) -> str:
        """The canonical text of the question by its strongest part, or "" if it asks about nobody."""
        if self.linkedin:
            return f"linkedin:{self.linkedin}"
        if self.email:
            return f"email:{self.email}"
        where = self.domain or self.company.casefold()
        if self.named and where:
            return f"name:{self.named}|{where}"
        return f"id:{self.reference}" if self.reference else ""

    @property
    def named(self) -> str:
        """First and last name in lower case with single spaces."""
        return " ".join(f"{self.first_name} {self.last_name}".casefold().split())

    @property
    def person_key(self) -> str:
        """What makes the person: the words of the name, however it was told, so that providers agree."""
        if self.linkedin:
            return " ".join(slug_words(self.linkedin))
        return plain(self.named) or " ".join(mail_words(self.email)) or f"id {self.reference}"


def question(asked: Mapping[str, str]) -> Question:
    """Normalise what was asked; known keys are linkedin, email, name, first_name, last_name, domain, company, id."""
    first, last = asked.get("first_name", ""), asked.get("last_name", "")
    if not (first or last) and asked.get("name"):
        first, _, last = asked["name"].strip().partition(" ")
    return Question(
        linkedin=linkedin_slug(asked.get("linkedin", "")),
        email=asked.get("email", "").strip().lower(),
        first_name=first.strip(),
        last_name=last.strip(),
        domain=bare_domain(asked.get("domain", "")),
        company=asked.get("company", "").strip(),
        reference=asked.get("id", "").strip(),
    )


def linkedin_slug(text: str) -> str:
    """Read the slug out of a LinkedIn address, or take the text as a slug."""
    found = re.search(r"linkedin\.com/(?:in|pub)/([^/?#\s]+)", text, re.IGNORECASE)
    return unquote(found[1] if found else text).strip().strip("/").lower()


def bare_domain(text: str) -> str:
    """Reduce a web address to its lower-case host without www."""
    host = re.sub(r"^[a-z]+://", "", text.strip().lower()).split("/", maxsplit=1)[0]
    return host.removeprefix("www.")


def plain(text: str) -> str:
    """Drop accents and everything that is neither letter, digit nor space; lower case."""
    if text.isascii() and text.replace(" ", "").isalnum():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("-", " "))
    return " ".join("".join(c for c in decomposed if c.isalnum() or c.isspace()).split())


def slug_words(linkedin: str) -> list[str]:
    """Split a slug into the words of the name, without the numbering LinkedIn puts at its end."""
    words = plain(linkedin.replace("-", " ").replace("_", " ")).split()
    numbered = len(words) > 2 and len(words[-1]) > 4 and any(c.isdigit() for c in words[-1])
    return words[:-1] if numbered else words


def mail_words(email: str) -> list[str]:
    """Split the local part of an address into the words of the name."""
    return [word for word in re.split(r"[._+-]+", email.partition("@")[0]) if word]
