"""Columns are found by name, whatever the generation, and what is not found is named."""

import csv
from pathlib import Path

import pytest

from services.ingest.sources import SOURCES
from services.ingest.sources.mapping import Column, Doubt, column_key, detect_source, map_header

FOLDER = Path(__file__).parents[3] / "data" / "apollo"
GENERATIONS = sorted(FOLDER.glob("*/*.csv"))
COMPANY = {"company_name", "company_website", "company_linkedin_url", "employees", "industry", "company_address"}
PERSON = {"first_name", "last_name", "title", "email", "email_status", "linkedin_url", "mobile_phone", "city"}
SCRAPED = [
    *("First Name", "Last Name", "Full Name", "Title", "Headline", "Seniority", "Email", "LinkedIn Link"),
    *("Is Likely To Engage", "Lead City", "Lead State", "Lead Country", "Departments", "Subdepartments"),
    *("Functions", "Company Name", "Industry", "Employee Count", "Cleaned Company Name"),
    *("Company Website Full", "Company Website Short", "Company Blog Link", "Company Twitter Link"),
    *("Company Facebook Link", "Company LinkedIn Link", "Company Phone Number", "Company Street"),
    *("Company City", "Company State", "Company Country", "Company Postal Code", "Company Address"),
    *("Company Annual Revenue", "Company Market Cap", "Company Total Funding", "Company Latest Funding Type"),
    *("Company Latest Funding Amount", "Last Fund Raised At", "Company Keywords", "Company Technologies"),
    *("Company Short Description", "Company SEO Description", "Number of Retail Locations"),
    "Company Founded Year",
]


def header_of(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file))


@pytest.mark.parametrize("path", GENERATIONS, ids=lambda path: path.stem)
def test_every_apollo_generation_is_recognised_and_maps_the_core_fields(path: Path) -> None:
    header = header_of(path)
    source, confidence = detect_source(header)
    mapping = map_header(source, header)
    assert (source.name, confidence > 0.95) == ("apollo", True)
    assert set(mapping.fields) >= (COMPANY if path.stem.startswith("a") else COMPANY | PERSON)
    assert mapping.doubtful == ()


@pytest.mark.parametrize("path", GENERATIONS, ids=lambda path: path.stem)
def test_every_column_is_mapped_or_named_as_unmapped(path: Path) -> None:
    header = header_of(path)
    mapping = map_header(SOURCES["apollo"], header)
    mapped = [*mapping.fields.values(), *(index for more in mapping.fallbacks.values() for index in more)]
    unmapped = [column.index for column in mapping.unmapped]
    assert sorted(mapped + unmapped) == list(range(len(header)))
    assert all(column.name == header[column.index] for column in mapping.unmapped)


def test_the_oldest_generation_maps_as_written_here() -> None:
    header = header_of(FOLDER / "headers" / "c2022a_contacts_50cols.csv")
    mapping = map_header(SOURCES["apollo"], header)
    assert {field: header[index] for field, index in mapping.fields.items()} == {
        "first_name": "First Name",
        "last_name": "Last Name",
        "title": "Title",
        "email": "Email",
        "email_status": "Email Status",
        "phone": "Work Direct Phone",
        "mobile_phone": "Mobile Phone",
        "linkedin_url": "Person Linkedin Url",
        "city": "City",
        "state": "State",
        "country": "Country",
        "company_name": "Company",
        "company_name_for_emails": "Company Name for Emails",
        "company_website": "Website",
        "company_linkedin_url": "Company Linkedin Url",
        "company_city": "Company City",
        "company_state": "Company State",
        "company_country": "Company Country",
        "company_address": "Company Address",
        "company_phone": "Company Phone",
        "industry": "Industry",
        "employees": "# Employees",
        "keywords": "Keywords",
        "technologies": "Technologies",
        "revenue": "Annual Revenue",
        "total_funding": "Total Funding",
        "latest_funding": "Latest Funding",
        "latest_funding_amount": "Latest Funding Amount",
        "last_raised_at": "Last Raised At",
        "company_description": "SEO Description",
        "apollo_contact_id": "Apollo Contact Id",
        "apollo_account_id": "Apollo Account Id",
    }
    assert all(column.is_known for column in mapping.unmapped)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("Company", "Company Name", "company_name"),
        ("Catch-all Status", "Primary Email Catch-all Status", "email_catch_all"),
        ("Email Last Verified At", "Primary Email Last Verified At", "email_verified_at"),
        ("Subsidiary of", "Parent company (Apollo data)", "parent_company"),
        ("SEO Description", "Short Description", "company_description"),
        ("First Phone", "Work Direct Phone", "phone"),
    ],
)
def test_a_renamed_column_is_the_same_field(old: str, new: str, field: str) -> None:
    assert map_header(SOURCES["apollo"], [old]).fields == {field: 0}
    assert map_header(SOURCES["apollo"], [new]).fields == {field: 0}


def test_custom_columns_stay_unmapped_and_are_named() -> None:
    header = header_of(FOLDER / "synthetic" / "c2026b_ai_columns_dup_header_crlf_bom.csv")
    unknown = [column for column in map_header(SOURCES["apollo"], header).unmapped if not column.is_known]
    assert unknown == [
        Column(index=67, name="High Fit Prompt"),
        Column(index=68, name="Prioritization 2"),
        Column(index=69, name="High Fit Prompt"),
    ]


def test_the_format_of_scrapers_maps_whole() -> None:
    source, confidence = detect_source(SCRAPED)
    mapping = map_header(source, SCRAPED)
    assert (source.name, confidence) == ("apollo", 1.0)
    assert {field: SCRAPED[mapping.fields[field]] for field in ("linkedin_url", "city", "company_website")} == {
        "linkedin_url": "LinkedIn Link",
        "city": "Lead City",
        "company_website": "Company Website Full",
    }
    assert {"company_domain", "company_phone", "last_raised_at", "company_linkedin_url", "founded_year"} <= set(
        mapping.fields
    )
    assert [column.name for column in mapping.unmapped if not column.is_known] == []


def test_order_and_spelling_do_not_matter() -> None:
    header = ["company  NAME", "E-Mail", "first_name", "LAST-NAME", "person linkedin URL", "\ufeffTitle"]
    assert map_header(SOURCES["apollo"], header).fields == {
        "first_name": 2,
        "last_name": 3,
        "title": 5,
        "email": 1,
        "linkedin_url": 4,
        "company_name": 0,
    }


def test_emptied_and_inserted_columns_do_not_shift_the_others() -> None:
    mapping = map_header(SOURCES["apollo"], ["Proceed", "First Name", "", "Email", " ", "Website"])
    assert mapping.fields == {"first_name": 1, "email": 3, "company_website": 5}
    assert mapping.unmapped == (Column(index=0, name="Proceed"), Column(index=2, name=""), Column(index=4, name=" "))


def test_of_two_columns_with_one_name_the_first_wins_and_the_second_is_doubtful() -> None:
    mapping = map_header(SOURCES["apollo"], ["Email", "Title", "email"])
    assert (mapping.fields["email"], mapping.fallbacks["email"]) == (0, (2,))
    assert mapping.doubtful == (
        Doubt(index=2, name="email", field="email", reason="The same name as column 1; used where that one is empty."),
    )
    assert mapping.values(["", "CEO", "ada@mail.example.com"]) == {"title": "CEO", "email": "ada@mail.example.com"}
    assert mapping.values(["bob@mail.example.com", " ", "x"]) == {"email": "bob@mail.example.com"}
    assert mapping.values([]) == {}


def test_phones_fill_in_for_each_other_in_the_order_of_their_worth() -> None:
    header = ["Home Phone", "Other Phone", "Work Direct Phone", "Corporate Phone", "Company Phone"]
    mapping = map_header(SOURCES["apollo"], header)
    assert (mapping.fields, mapping.fallbacks) == (
        {"phone": 2, "company_phone": 4},
        {"phone": (1, 0), "company_phone": (3,)},
    )


def test_in_crm_data_a_bare_linkedin_is_the_companys_beside_the_persons() -> None:
    header = [
        *("company", "domain", "LinkedIn", "first name", "last name"),
        *("LinkedIn of person", "work email", "mobile", "notes"),
    ]
    source, confidence = detect_source(header)
    mapping = map_header(source, header)
    assert (source.name, confidence) == ("crm", 1.0)
    assert mapping.fields == {
        "first_name": 3,
        "last_name": 4,
        "email": 6,
        "mobile_phone": 7,
        "linkedin_url": 5,
        "company_name": 0,
        "company_domain": 1,
        "company_linkedin_url": 2,
        "notes": 8,
    }
    assert [(doubt.name, doubt.field) for doubt in mapping.doubtful] == [("LinkedIn", "company_linkedin_url")]


def test_alone_a_bare_linkedin_is_the_persons() -> None:
    assert map_header(SOURCES["crm"], ["Name", "Email", "LinkedIn"]).fields["linkedin_url"] == 2


@pytest.mark.parametrize(
    ("header", "source"),
    [
        ("name,domain,linkedin", "customers"),
        ("Company,Domain", "customers"),
        ("First Name,Last Name,Company,Email,Phone", "crm"),
        ("Record ID,First Name,Last Name,Email,Associated Company,Lifecycle Stage", "crm"),
        (
            "first name,last name,profile headline,profile summary,job title,job started on,company headcount",
            "salesnav",
        ),
        ("profileUrl,fullName,firstName,lastName,companyName,title,companyId,regularCompanyUrl,vmid", "salesnav"),
        ("First Name,Last Name,Title,Company,Email,Person Linkedin Url", "apollo"),
    ],
)
def test_a_source_is_recognised_by_its_header(header: str, source: str) -> None:
    detected, confidence = detect_source(header.split(","))
    assert (detected.name, confidence >= 0.9) == (source, True)


def test_a_sales_navigator_list_maps_job_and_company() -> None:
    header = [
        *("matching filters", "first name", "last name", "headline", "summary", "location", "linkedin url"),
        *("job title", "job started on", "company", "corporate website", "corporate linkedin url"),
        *("linkedin employees", "linkedin company employee count", "linkedin industry"),
    ]
    mapping = map_header(SOURCES["salesnav"], header)
    assert mapping.fields == {
        "first_name": 1,
        "last_name": 2,
        "title": 7,
        "headline": 3,
        "linkedin_url": 6,
        "company_name": 9,
        "company_website": 10,
        "company_linkedin_url": 11,
        "industry": 14,
        "employees": 13,
        "current_job_started_on": 8,
    }
    assert [column.name for column in mapping.unmapped] == ["matching filters", "summary", "location"]


@pytest.mark.parametrize("header", [[], [""], ["x", "y"]])
def test_an_unknown_header_is_recognised_with_no_confidence(header: list[str]) -> None:
    assert detect_source(header)[1] == 0.0


@pytest.mark.parametrize(
    ("name", "key"), [("# Employees", "employees"), (" É-Mail ", "émail"), ("#", ""), ("\uff2e\uff41me", "name")]
)
def test_names_are_compared_without_case_and_punctuation(name: str, key: str) -> None:
    assert column_key(name) == key
