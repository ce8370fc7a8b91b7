"""The list of customers over HTTP."""

import httpx
import pytest

from tests.services.projector.conftest import Launcher, Project

LISTED = [("Acme", "acme.example", None), ("Globex", None, "globex")]


async def listed(api: httpx.AsyncClient) -> list[tuple[str, str | None, str | None]]:
    found = (await api.get("/customers")).json()["customers"]
    return [(each["name"], each["domain"], each["linkedin"]) for each in found]


@pytest.mark.parametrize("as_csv", [True, False])
async def test_a_list_takes_the_place_of_the_one_before(
    api: httpx.AsyncClient, launch: Launcher, project: Project, as_csv: bool
) -> None:
    batch = await launch([{}])
    job = {"organization_name": "ACME", "current": False}
    await batch.answer(0, "person", "apollo-bulk-match", {"name": "A", "employment_history": [job]})
    await project(batch)
    await api.put("/customers", json={"customers": [{"name": "Initech"}]})
    if as_csv:
        body = "Name,Domain,LinkedIn\nAcme,www.acme.example,\nGlobex,,https://linkedin.com/company/globex\n,,\n"
        answer = await api.put("/customers", content=body, headers={"Content-Type": "text/csv; charset=utf-8"})
    else:
        given = [
            {"name": "Acme", "domain": "https://acme.example", "linkedin": None},
            {"name": "Globex", "linkedin": "globex", "notes": "ignored"},
            {"name": ""},
        ]
        answer = await api.put("/customers", json={"customers": given})
    assert answer.json() == {"customers": 2, "left_out": 1, "leads_changed": 1}
    assert await listed(api) == LISTED


async def test_the_list_is_read_in_pages(api: httpx.AsyncClient) -> None:
    await api.put("/customers", json={"customers": [{"name": f"Company {number}"} for number in range(5)]})
    first = (await api.get("/customers", params={"limit": 3})).json()
    rest = (await api.get("/customers", params={"limit": 3, "after": first["next"]})).json()
    assert [each["name"] for page in (first, rest) for each in page["customers"]] == [
        f"Company {number}" for number in range(5)
    ]
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b"{}", "application/json"), (b"[]", "application/json"), (b"nonsense", ""), (b"a,b\n1,2\n", "text/csv")],
)
async def test_what_is_no_list_is_refused_and_changes_nothing(
    api: httpx.AsyncClient, body: bytes, content_type: str
) -> None:
    await api.put("/customers", json={"customers": [{"name": "Acme"}]})
    answer = await api.put("/customers", content=body, headers={"Content-Type": content_type})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:leadledger:problem:bad-input")
    assert [name for name, _, _ in await listed(api)] == ["Acme"]
