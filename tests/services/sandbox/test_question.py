"""The same person is recognised however the question is put."""

import pytest

from services.sandbox.question import question


@pytest.mark.parametrize(
    ("asked", "identity"),
    [
        ({"linkedin": "https://www.LinkedIn.com/in/Ada-Quillmere-1a2b3c4/?trk=x"}, "linkedin:ada-quillmere-1a2b3c4"),
        ({"linkedin": "linkedin.com/in/jos%C3%A9-tarnwick"}, "linkedin:josé-tarnwick"),
        ({"linkedin": "ada-quillmere", "email": "a@b.example"}, "linkedin:ada-quillmere"),
        ({"email": " Ada@Company-1.Example.com "}, "email:ada@company-1.example.com"),
        (
            {"name": "Ada  Quillmere", "domain": "https://www.company-1.example.com/about"},
            "name:ada quillmere|company-1.example.com",
        ),
        (
            {"first_name": "Ada", "last_name": "Quillmere", "company": "Northwind Traders"},
            "name:ada quillmere|northwind traders",
        ),
        ({"id": "64a7ff0c"}, "id:64a7ff0c"),
        ({"name": "Ada Quillmere"}, ""),
        ({}, ""),
    ],
)
def test_the_strongest_part_of_a_question_is_its_identity(asked: dict[str, str], identity: str) -> None:
    assert question(asked).identity == identity


def test_providers_that_are_told_different_things_mean_the_same_person() -> None:
    told = (
        {"linkedin": "http://www.linkedin.com/in/jos%C3%A9-n%C3%BA%C3%B1ezval-1a2b3c4"},
        {"name": "José Núñezval", "domain": "company-1.example.com"},
        {"email": "jose.nunezval@company-1.example.com"},
    )
    assert {question(asked).person_key for asked in told} == {"jose nunezval"}


def test_the_number_in_a_short_address_belongs_to_the_person() -> None:
    assert question({"linkedin": "linkedin.com/in/synthetic-person-17"}).person_key == "synthetic person 17"
