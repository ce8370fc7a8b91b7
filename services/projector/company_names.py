"""Company names, normalised: what two spellings of one company have in common.

Legal form, punctuation, case and accents go; `formerly` and `d/b/a` yield further names. No fuzzy matching: two
companies of different names never become one here.
"""

import re
import unicodedata
from dataclasses import dataclass

from cleanco.clean import normalized, prepare_default_terms

NORMALISER = 1
"""Raised when a name comes out differently; names normalised by an older one are done again."""

# Listed as legal forms somewhere, but words or places where they end a name elsewhere.
_NOT_FORMS = frozenset(
    "at ca da dat eg ee ent ep et eu fa ij is ik ks nl ok ong ou pc pp private ps sd sem ss stg teo ud uk".split()
)
_MORE_FORMS = (
    *("abp", "aktiengesellschaft", "aktiebolag", "berhad", "besloten vennootschap", "corporation limited", "dac"),
    *("gesellschaft mit beschrankter haftung", "jsc", "kabushiki kaisha"),
    *("limitada", "limited company", "limited liability company", "limited liability partnership", "l l c", "l l p"),
    *("l t d", "n v", "pbc", "pjsc", "ojsc", "private limited", "proprietary limited", "pty", "public limited company"),
    *("s a", "s a s", "s l", "s p a", "s r l", "sa de c v", "s a de c v", "sociedad anonima", "societe anonyme", "ug"),
    *("gmbh co kg", "gmbh co ohg", "ag co kg", "se co kg", "b v", "co ltd", "ао", "зао", "пао", "оао", "ооо", "тоо"),
)
_FORMS_BEFORE = frozenset({"ooo", "oao", "zao", "pao", "ao", "pt", "cv", "ооо", "оао", "зао", "пао", "ао", "тоо", "uab"})
_CJK_FORMS = re.compile(
    r"株式会社|有限会社|合同会社|\(株\)|㈱|股份有限公司|有限责任公司|有限公司|주식회사|유한회사|\(주\)"
)

_FORMERLY = re.compile(
    r"[\s,]+(?:formerly(?:\s+known\s+as)?|f/?k/?a|previously known as|a/?k/?a|also known as)[\s:.]+([^()\[\]]+)"
    r"|\s*[(\[](?:formerly(?: known as)?|f/?k/?a|previously|ex|née|nee|now|a/?k/?a|also known as)[\s:.-]+([^()\[\]]+)[)\]]"
)
_DOING_BUSINESS = re.compile(r"[\s,(]+(?:d\.?/?b\.?/?a\.?|doing business as|t/a|trading as)[\s:.]+([^()]+)\)?")
_ASIDE = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*|\s+[|•·]\s+.*$")
_APOSTROPHES = re.compile(r"['’`´]")
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
    key = _key(legal) or _words(plain) or plain
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
    words = _words(_CJK_FORMS.sub(" ", main)).split()
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
    if len(kept) > 1 and kept[0] in _FORMS_BEFORE:
        kept = kept[1:]
    return kept


def _forms() -> frozenset[str]:
    listed = {_words(" ".join(parts)) for _, parts in prepare_default_terms()}
    return frozenset((listed | {*_MORE_FORMS, "and co", "and company"}) - _NOT_FORMS - {""})


_FORMS = _forms()
_SIZES = sorted({len(form.split()) for form in _FORMS}, reverse=True)
