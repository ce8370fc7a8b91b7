"""What two spellings of a company have in common."""

import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.projector.company_names import normalise_name

PAIRS = Path(__file__).parents[2] / "data" / "companies" / "pairs.csv"


@pytest.mark.parametrize(
    ("name", "key", "others"),
    [
        ("Stripe, Inc.", "stripe", ()),
        ("STRIPE GmbH & Co. KG", "stripe", ()),
        ("Soci\u00e9t\u00e9 G\u00e9n\u00e9rale S.A.", "societe generale", ()),
        ("Exampl\u00e9 S\u00f8ftware GmbH", "example software", ()),
        ("Brindle & Finch LLP", "brindle and finch", ()),
        ("Johnson and Johnson", "johnson and johnson", ()),
        ("The Coca-Cola Company", "coca cola", ()),
        ("McDonald's Corporation", "mcdonalds", ()),
        ("Amazon.com, Inc.", "amazon", ()),
        ("Apollo.io", "apollo io", ()),
        ("OOO Yandex", "yandex", ()),
        ("\u682a\u5f0f\u4f1a\u793e\u30bd\u30cb\u30fc", "\u30bd\u30cb\u30fc", ()),
        ("\uc0bc\uc131\uc804\uc790\uc8fc\uc2dd\ud68c\uc0ac", "\uc0bc\uc131\uc804\uc790", ()),
        ("ConnectEDU (formerly Experience, Inc.)", "connectedu", ("experience",)),
        ("Exxon formerly Esso", "exxon", ("esso",)),
        ("Foo Widgets Ltd d/b/a Bar", "bar", ("foo widgets",)),
        ("Meta (Facebook)", "meta", ()),
        ("Acme | We build things", "acme", ()),
        ("Do It Now Inc", "do it now", ()),
        ("Limited", "limited", ()),
        ("Co", "co", ()),
        ("...", "...", ()),
    ],
)
def test_a_name_is_reduced_to_what_identifies_it(name: str, key: str, others: tuple[str, ...]) -> None:
    normalised = normalise_name(name)
    assert (normalised.key, normalised.others) == (key, others)


def test_labelled_pairs_of_different_companies_stay_apart() -> None:
    pairs = list(csv.DictReader(PAIRS.read_text(encoding="utf-8-sig").splitlines()))
    same = {(pair["Name_x"], pair["Name_y"]): _is_same(pair["Name_x"], pair["Name_y"]) for pair in pairs}
    wrong = [pair for pair in pairs if pair["Targets"] == "0" and same[pair["Name_x"], pair["Name_y"]]]
    found = [pair for pair in pairs if pair["Targets"] == "1" and same[pair["Name_x"], pair["Name_y"]]]
    assert wrong == []
    # The rest are tickers, initials and other scripts: nothing in the name tells.
    assert len(found) == 36


def _is_same(one: str, other: str) -> bool:
    return normalise_name(one).key == normalise_name(other).key


@example("\u00b4")
@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_every_name_has_a_key_and_the_key_is_its_own(name: str) -> None:
    key = normalise_name(name).key
    assert key
    assert normalise_name(name) == normalise_name(name)


@given(
    st.sampled_from(["Acme", "Brindle & Finch", "Marlow Peak Software"]),
    st.sampled_from(["Inc.", "LLC", "GmbH", "S.A."]),
)
def test_a_legal_form_makes_no_difference(name: str, form: str) -> None:
    assert normalise_name(f"{name}, {form}").key == normalise_name(name.upper()).key
