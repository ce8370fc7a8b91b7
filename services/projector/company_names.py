"""Company names, normalised: what two spellings of one company have in common.

Legal form, punctuation, case and accents go; `formerly` and `d/b/a` yield further names, and so does a hyphen, which
some leave out. No fuzzy matching: two companies of different names never become one here.
"""

import csv
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import yaml
from cleanco.clean import normalized

NORMALISER = 2
"""Raised when a name comes out differently; names normalised by an older one are done again."""

_DATA = yaml.safe_load(Path(__file__).with_name("legal_forms.yaml").read_text())
_LISTED = tuple(csv.DictReader(Path(__file__).with_name("legal_forms_of_countries.csv").open(encoding="utf-8")))
_FORMS_BEFORE = frozenset(_DATA["forms_before"])
_JOINED = {*_DATA["joined_forms"], *(listed["form"] for listed in _LISTED if listed["joined"])}
_JOINED_FORMS = re.compile("|".join(map(re.escape, sorted(_JOINED, key=lambda form: (-len(form), form)))))

_FORMERLY = re.compile(
    r"[\s,]+(?:formerly(?:\s+known\s+as)?|f/?k/?a|previously known as|a/?k/?a|also known as)[\s:.]+([^()\[\]]+)"
    r"|\s*[(\[](?:formerly(?: known as)?|f/?k/?a|previously|ex|née|nee|now|a/?k/?a|also known as)[\s:.-]+"
    r"([^()\[\]]+)[)\]]"
)
_DOING_BUSINESS = re.compile(r"[\s,(]+(?:d\.?/?b\.?/?a\.?|doing business as|t/a|trading as)[\s:.]+([^()]+)\)?")
_ASIDE = re.compile(
    r"\s*[(\[][^()\[\]]*[)\]]\s*|\s+[|•·]\s+.*$"
    r"|[\s,;-]+(?:acquired by|now part of|part of|a division of|a subsidiary of|an? [\w&.' ]+ company$)(?:\s.*)?$"
)
_APOSTROPHES = re.compile("['\u2019`\u00b4]")
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class NormalisedName:
    """The key two spellings share, and the keys of the names it went or goes by besides. A key is never empty."""

    key: str
    others: tuple[str, ...] = ()


def normalise_name(name: str) -> NormalisedName:
    """Return what `name` is compared by."""
    plain = unicodedata.normalize("NFC", normalized(name)).strip()
    others: list[str] = []
    plain = _take(_FORMERLY, plain, others)
    businesses: list[str] = []
    legal = _take(_DOING_BUSINESS, plain, businesses)
    if businesses:
        others.append(legal)
        legal = businesses[0]
    if "-" in legal:
        others.append(legal.replace("-", ""))
    key = _key(legal) or _words(plain) or plain or name.strip()  # a lone accent is all accent
    return NormalisedName(key=key, others=tuple(sorted({other for each in others if (other := _key(each))} - {key})))


def _take(pattern: re.Pattern[str], name: str, found: list[str]) -> str:
    """Move what the pattern finds out of the name, unless nothing would be left of it."""
    match = pattern.search(name)
    if match is None or not name[: match.start()].strip():
        return name
    found.append(next(group for group in match.groups() if group))
    return (name[: match.start()] + name[match.end() :]).strip()


def _key(name: str) -> str:
    """Return the words of a name without asides and legal forms; with them if nothing else is there."""
    main = _ASIDE.sub(" ", name).strip() or name
    words = _words(_JOINED_FORMS.sub(" ", main)).split()
    kept = _without_forms(words)
    if len(kept) > 1 and kept[0] == "the":
        kept = kept[1:]
    if len(kept) > 1 and kept[-1] == "com":
        kept = kept[:-1]
    return " ".join(kept)


def _words(name: str) -> str:
    return _SEPARATORS.sub(" ", _APOSTROPHES.sub("", name.replace("&", " and ").replace("+", " plus "))).strip()


def _without_forms(words: list[str]) -> list[str]:
    kept = words
    while len(kept) > 1:
        size = next((size for size in _SIZES if size < len(kept) and " ".join(kept[-size:]) in _FORMS), 0)
        if not size:
            break
        kept = kept[:-size]
        while len(kept) > 1 and kept[-1] == "and":
            kept = kept[:-1]
    before = next((size for size in _SIZES_BEFORE if size < len(kept) and " ".join(kept[:size]) in _FORMS_BEFORE), 0)
    return kept[before:]


def _forms() -> frozenset[str]:
    listed = {listed["form"] for listed in _LISTED if not listed["joined"]}
    return frozenset((listed | set(_DATA["more_forms"])) - set(_DATA["not_forms"]) - {""})


_FORMS = _forms()
_SIZES = sorted({len(form.split()) for form in _FORMS}, reverse=True)
_SIZES_BEFORE = sorted({len(form.split()) for form in _FORMS_BEFORE}, reverse=True)
