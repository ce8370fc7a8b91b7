"""Every source file is found, and keeps to the fields that the rest of the system knows."""

import pytest

from services.ingest.sources import SOURCES
from services.ingest.sources.mapping import column_key
from services.ingest.sources.source import FIELD_KINDS, Source


def test_the_four_sources_are_found() -> None:
    assert {name: source.title for name, source in SOURCES.items()} == {
        "apollo": "Apollo export",
        "crm": "CRM contacts",
        "customers": "Customer companies",
        "salesnav": "Sales Navigator list",
    }


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_fields_are_of_the_common_vocabulary(source: Source) -> None:
    names = [field.name for field in source.fields]
    assert len(names) == len(set(names))
    assert all(FIELD_KINDS[field.name] == field.kind and field.aliases for field in source.fields)


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_no_field_lists_a_name_twice_and_no_field_takes_what_is_known_as_no_field(source: Source) -> None:
    for field in source.fields:
        keys = [column_key(alias) for alias in field.aliases]
        assert len(keys) == len(set(keys)), field.name
        assert not set(keys) & {column_key(name) for name in source.other_columns}, field.name


def test_only_the_bare_linkedin_names_have_two_meanings() -> None:
    claims: dict[tuple[str, str], list[str]] = {}
    for source in SOURCES.values():
        for field in source.fields:
            for alias in field.aliases:
                claims.setdefault((source.name, column_key(alias)), []).append(field.name)
    assert {claim: fields for claim, fields in claims.items() if len(fields) > 1} == {
        ("crm", "linkedin"): ["linkedin_url", "company_linkedin_url"],
        ("crm", "linkedinurl"): ["linkedin_url", "company_linkedin_url"],
    }
