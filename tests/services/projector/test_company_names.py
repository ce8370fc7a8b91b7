"""What two spellings of a company have in common."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.company_pairs import is_exact, is_normalised, precision_and_recall, read_pairs
from services.projector.company_names import normalise_name


@pytest.mark.parametrize(
    ("name", "key", "others"),
    [
        ("Stripe, Inc.", "stripe", ()),
        ("STRIPE GmbH & Co. KG", "stripe", ()),
        ("Soci\u00e9t\u00e9 G\u00e9n\u00e9rale S.A.", "societe generale", ()),
        ("Exampl\u00e9 S\u00f8ftware GmbH", "example software", ()),
        ("Brindle & Finch LLP", "brindle and finch", ()),
        ("Johnson and Johnson", "johnson and johnson", ()),
        ("The Coca-Cola Company", "coca cola", ("cocacola",)),
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
        ("Acme (acquired by Globex)", "acme", ()),
        ("Acme, acquired by Globex Inc", "acme", ()),
        ("Acme - A Globex Company", "acme", ()),
        ("Wal-Mart Inc", "wal mart", ("walmart",)),
        ("Grupo Ejemplo S.A.B. de C.V.", "grupo ejemplo", ()),
        ("Beispiel Gesellschaft mit beschr\u00e4nkter Haftung & Co. KG", "beispiel", ()),
        ("Przyk\u0142ad Sp\u00f3\u0142ka z ograniczon\u0105 odpowiedzialno\u015bci\u0105", "przyklad", ()),
        ("\u00d6rnek Anonim \u015eirketi", "ornek", ()),
        (
            "\u0422\u041e\u0412 \u041f\u0440\u0438\u043a\u043b\u0430\u0434",
            "\u043f\u0440\u0438\u043a\u043b\u0430\u0434",
            (),
        ),
        ("C\u00d4NG TY C\u1ed4 PH\u1ea6N V\u00ed D\u1ee5", "vi du", ()),
        ("\u4e0a\u6d77\u793a\u4f8b\u80a1\u4efd\u6709\u9650\u516c\u53f8", "\u4e0a\u6d77\u793a\u4f8b", ()),
        ("Ford Foundation", "ford foundation", ()),
        ("Example Bank", "example bank", ()),
        ("Limited", "limited", ()),
        ("Co", "co", ()),
        ("...", "...", ()),
    ],
)
def test_a_name_is_reduced_to_what_identifies_it(name: str, key: str, others: tuple[str, ...]) -> None:
    normalised = normalise_name(name)
    assert (normalised.key, normalised.others) == (key, others)


def test_labelled_pairs_of_different_companies_stay_apart() -> None:
    assert precision_and_recall(read_pairs(), is_exact) == (1.0, 0.0, 0)
    # What is not found are tickers, initials and other scripts: nothing in the name tells.
    assert precision_and_recall(read_pairs(), is_normalised) == (1.0, 37 / 71, 37)


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
