"""Invented people are the same for ever."""

from datetime import date

from services.sandbox.companies import catalogue, company_for
from services.sandbox.people import absent, person_for
from services.sandbox.question import question


def test_a_person_does_not_change_from_one_version_to_the_next() -> None:
    ada = person_for(question({"linkedin": "linkedin.com/in/ada-quillmere-1a2b3c4"}), 1)
    assert (ada.name, ada.title, ada.email) == (
        "Ada Quillmere",
        "VP of Product",
        "ada.quillmere@company-63.example.com",
    )
    assert [(job.company.name, job.title, job.start, job.end) for job in ada.jobs] == [
        ("Indigo Biosciences", "VP of Product", date(2025, 7, 2), None),
        ("Mossbridge Foods", "Head of Product", date(2023, 8, 23), date(2025, 4, 12)),
    ]


def test_another_seed_makes_other_people() -> None:
    asked = question({"linkedin": "linkedin.com/in/ada-quillmere-1a2b3c4"})
    assert person_for(asked, 1).jobs != person_for(asked, 2).jobs


def test_a_person_works_where_the_question_says() -> None:
    at_domain = person_for(question({"name": "Ada Quillmere", "domain": "northwind-traders.example"}), 1)
    assert at_domain.email == "ada.quillmere@northwind-traders.example"
    assert at_domain.employer.legal_name == "Northwind Traders, Inc."
    by_mail = person_for(question({"email": "ada@fern-hill.example.com"}), 1)
    assert (by_mail.email, by_mail.employer.name) == ("ada@fern-hill.example.com", "Fern Hill")


def test_every_person_has_two_to_six_jobs_of_which_the_first_is_present() -> None:
    people = [person_for(question({"name": f"Ada Quillmere{n}", "id": "x"}), 1) for n in range(500)]
    assert {len(person.jobs) for person in people} == {2, 3, 4, 5, 6}
    assert all(person.jobs[0].end is None for person in people)
    assert all(job.start < (job.end or date(2026, 12, 1)) for person in people for job in person.jobs)
    known = {company.domain for company in catalogue()}
    assert all(job.company.domain in known for person in people for job in person.jobs[1:])


def test_a_fixed_share_of_people_is_unknown_to_each_provider() -> None:
    asked = [question({"name": f"Ada Quillmere{n}", "id": "x"}) for n in range(2_000)]
    for provider, percent in (("apollo", 6), ("pdl", 15), ("hunter", 20)):
        missing = sum(absent(1, provider, one, percent=percent) for one in asked)
        assert 0.75 * percent < missing / 20 < 1.25 * percent


def test_the_catalogue_has_sixty_companies_with_names_domains_and_pages_of_their_own() -> None:
    companies = catalogue()
    assert len(companies) == 60
    for distinct in ("name", "domain", "linkedin"):
        assert len({getattr(company, distinct) for company in companies}) == 60
    assert all(company.domain.endswith(".example") for company in companies)


def test_a_company_is_known_by_any_of_its_names() -> None:
    assert company_for(domain="", name="northwind traders, inc.").domain == "northwind-traders.example"
    assert company_for(domain="", name="ときわ森工業株式会社").domain == "tokiwamori-kogyo.example"
    assert company_for(domain="", name="Nobody's Company Ltd").domain == "nobody-s-company-ltd.example"
