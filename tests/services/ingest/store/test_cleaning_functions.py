"""The database's cleaning: cells as people and tools write them -> canonical values."""

from collections.abc import Iterable

from services.ingest.sources.source import FIELD_KINDS
from tests.services.ingest.conftest import Owner


async def cleaned(owner: Owner, kind: str, cells: Iterable[str]) -> dict[str, str | None]:
    """Return what each cell becomes as a value of the kind: text, or the JSON of a quantity."""
    expression = await owner.fetchval("SELECT ingest.input_expression('{value}', '{0}', $1)", [kind])
    rows = await owner.fetch(
        f"SELECT cells ->> 0 AS cell, {expression} ->> 'value' AS value "
        "FROM (SELECT jsonb_build_array(cell) AS cells FROM unnest($1::text[]) AS cell) AS row",
        list(cells),
    )
    return {row["cell"]: row["value"] for row in rows}


async def test_text(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "plain": "plain",
        " \t blanks \r\n": "blanks",
        "\xa0no-break\xa0space\u202f": "no-break space",
        "\u200b\ufeffzero\u200bwidth\u200d": "zerowidth",
        "\u3000\u5168\u89d2\u3000\u7a7a\u767d\u3000": "全角 空白",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645": "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "=HYPERLINK(1)": "=HYPERLINK(1)",
        "n/a": None,
        "#N/A": None,
        "-": None,
        "   ": None,
        "\xa0\u200b": None,
        "": None,
    }
    assert await cleaned(owner, "text", expected) == expected
    assert await cleaned(owner, "list", expected) == expected


async def test_name(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "Ada": "Ada",
        "Ada  King\tLovelace": "Ada King Lovelace",
        "Jean\xa0Paul": "Jean Paul",
        " Null ": "Null",
    }
    assert await cleaned(owner, "name", expected) == expected


async def test_phone(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "'+1 415-555-0100": "+1 415-555-0100",
        "\u2019+44 20 5550 1234": "+44 20 5550 1234",
        "9-999-555-9999---9999": "9-999-555-9999---9999",
        "14155550100.0": "14155550100",
        "1.41556E+10": None,
        "n/a": None,
        "ask her": None,
    }
    assert await cleaned(owner, "phone", expected) == expected


async def test_email(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        " Ada@Acme.Example.COM ": "ada@acme.example.com",
        "'ada@acme.example.com": "ada@acme.example.com",
        "mailto:ada@acme.example.com": "ada@acme.example.com",
        "Ada Lovelace <ada@acme.example.com>": "ada@acme.example.com",
        "ada@acme.example.com; bob@acme.example.com": "ada@acme.example.com",
        "o'neil@acme.example.com": "o'neil@acme.example.com",
        "JOSÉ@münchen.example": "josé@münchen.example",
        "email_not_unlocked@domain.com": None,
        "no-email@acme.example.com": None,
        "true": None,
        "ada@acme": None,
        "ada@@acme.example.com": None,
        "ada@bob@acme.example.com": None,
        "ada lovelace@acme.example.com": None,
        "@acme.example.com": None,
        "a" * 250 + "@acme.example.com": None,
    }
    assert await cleaned(owner, "email", expected) == expected


async def test_linkedin_person(owner: Owner) -> None:
    slugs: dict[str, str | None] = {
        "http://www.linkedin.com/in/ada-example-1": "ada-example-1",
        "http://www.linkedin.com/in/Ada-Example": "ada-example",
        "https://www.linkedin.com/in/ada-example/": "ada-example",
        "HTTPS://WWW.LINKEDIN.COM/IN/ADA": "ada",
        "https://uk.linkedin.com/in/ada?trk=x#top": "ada",
        "linkedin.com/in/ada/en": "ada",
        "in/ada": "ada",
        "/in/ada": "ada",
        "http://www.linkedin.com/in/jos%C3%A9-garc%C3%ADa": "josé-garcía",
        "http://www.linkedin.com/in/%D0%98%D0%B2%D0%B0%D0%BD": "\u0438\u0432\u0430\u043d",
        "http://www.linkedin.com/in/jose%CC%81": "josé",
        "http://www.linkedin.com/in/a%2Fb": "a%2fb",
        "http://www.linkedin.com/in/broken%E0%A4": "broken%e0%a4",
        "https://www.linkedin.com/in/ACwAAAbCdEf": "ACwAAAbCdEf",
        "https://www.linkedin.com/sales/lead/ACwAAAbCdEf,NAME_SEARCH,x1": "ACwAAAbCdEf",
        "http://www.linkedin.com/company/acme": None,
        "http://www.linkedin.com/in/": None,
        "https://elsewhere.example.com/linkedin.com/in/ada": None,
        "https://notlinkedin.com/in/ada": None,
        "ada": None,
    }
    expected = {cell: slug and f"https://www.linkedin.com/in/{slug}" for cell, slug in slugs.items()}
    assert await cleaned(owner, "linkedin_person", expected) == expected


async def test_linkedin_company(owner: Owner) -> None:
    paths: dict[str, str | None] = {
        "http://www.linkedin.com/company/acme-inc": "company/acme-inc",
        "https://www.linkedin.com/company/Acme-Inc/about/": "company/acme-inc",
        "linkedin.com/school/mit": "school/mit",
        "https://www.linkedin.com/sales/company/1234": "company/1234",
        "company/acme": "company/acme",
        "http://www.linkedin.com/in/ada": None,
        "http://www.linkedin.com/company/": None,
    }
    expected = {cell: path and f"https://www.linkedin.com/{path}" for cell, path in paths.items()}
    assert await cleaned(owner, "linkedin_company", expected) == expected


async def test_domain(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "acme.example.com": "acme.example.com",
        "http://www.Acme.Example.com/about?x=1": "acme.example.com",
        "https://acme.example.com:8443/": "acme.example.com",
        "ada@acme.example.com": "acme.example.com",
        "acme.example.com, other.example.com": "acme.example.com",
        "acme.example.com.": "acme.example.com",
        "münchen.example": "münchen.example",
        "https://www.linkedin.com": "linkedin.com",
        "https://www.linkedin.com/company/acme": None,
        "https://m.facebook.com/acme": None,
        "https://netflix.com/acme": "netflix.com",
        "acme": None,
        "127.0.0.1": None,
        "not a domain.com": None,
    }
    assert await cleaned(owner, "domain", expected) == expected


async def test_url(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "http://www.acme.example.com/x": "http://www.acme.example.com/x",
        "acme.example": "acme.example",
        "none": None,
    }
    assert await cleaned(owner, "url", expected) == expected


async def test_quantity(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "1000000": "1000000",
        "0": "0",
        "1,250": "1250",
        "1 250 000": "1250000",
        "1000000.0": "1000000",
        "2.5E+07": "25000000",
        "2.5e7": "25000000",
        "$25M": "25000000",
        "€1.2bn": "1200000000",
        "2,5 Mio": "2500000",
        "1.000.000": "1000000",
        "1.234,56": "1234.56",
        "10001+": "10001",
        "-3": "-3",
        "12.5": "12.5",
        "51-200 employees": "51-200 employees",
        "$10M-$25M": "$10M-$25M",
        "Funding unknown": None,
        "9" * 60: "9" * 60,
    }
    assert await cleaned(owner, "integer", expected) == expected
    assert await cleaned(owner, "money", expected) == expected


async def test_date(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "2025-02-11": "2025-02-11",
        "2025-02-11T01:31:00+00:00": "2025-02-11",
        "2024-02-29": "2024-02-29",
        "2025-02-29": None,
        "2025-13-01": None,
        "2025-1-5": "2025-01-05",
        "2025/01/05": "2025-01-05",
        "2023-02": "2023-02",
        "2023": "2023",
        "06/01/2023": "2023-06-01",
        "6/1/23": "2023-06-01",
        "6/1/99": "1999-06-01",
        "13/01/2023": "2023-01-13",
        "01.02.2023": "2023-02-01",
        "1/1/1999 10:00": "1999-01-01",
        "2/2023": "2023-02",
        "Feb 2023": "2023-02",
        "February 3, 2023": "2023-02-03",
        "3 Feb 2023": "2023-02-03",
        "Foo 2023": None,
        "99/99/9999": None,
        "123456/1/1": None,
        "soon": None,
    }
    assert await cleaned(owner, "date", expected) == expected


async def test_timestamp(owner: Owner) -> None:
    expected: dict[str, str | None] = {
        "2025-02-11T01:31:00+00:00": "2025-02-11T01:31:00+00:00",
        "2025-02-11 01:31:00Z": "2025-02-11T01:31:00Z",
        "2025-02-11T25:31:00Z": "2025-02-11",
        "2025-02-31T01:31:00Z": None,
        "2/11/2025": "2025-02-11",
        "2025-02": "2025-02",
    }
    assert await cleaned(owner, "timestamp", expected) == expected


async def test_every_kind_of_field_is_cleaned(owner: Owner) -> None:
    kinds = set(FIELD_KINDS.values())
    takes_a_year = {kind for kind in kinds if await cleaned(owner, kind, ["2023"]) == {"2023": "2023"}}
    assert takes_a_year == {"text", "list", "name", "phone", "date", "timestamp", "integer", "money"}
    assert kinds - takes_a_year == {"email", "linkedin_person", "linkedin_company", "domain", "url"}


async def test_no_cell_makes_a_cleaner_fail(owner: Owner) -> None:
    odd = ["%", "\\", "'", "\x01", "\u2400", "\U0001f600" * 50, "a" * 99_999, "1" * 99_999, "//", "E+1", *"/?@.:<,"]
    linkedin = ["http://www.linkedin.com/in/{}", "linkedin.com/company/{}%C3", "in/%{}"]
    forms = ["{}", "{}@{}.example", "2023-{}", "{}/{}/{}", "feb {} 2023", "1{}E+7", "${}M", "1,{}", *linkedin]
    cells = {form.replace("{}", cell) for form in forms for cell in odd}
    for kind in sorted(set(FIELD_KINDS.values())):
        assert set(await cleaned(owner, kind, cells)) == cells
