"""A look into an upload before a launch: rows, columns, the canonical input, problems, duplicates, other mappings."""

from uuid import UUID, uuid4

import httpx
import pytest

from tests.services.ingest.conftest import Owner, Send, slug

HEADER = b"First Name,Email,Person Linkedin Url,Apollo Contact Id,Nickname\n"


async def get(client: httpx.AsyncClient, upload_id: object, path: str, **query: object) -> dict[str, object]:
    answer = await client.get(f"/uploads/{upload_id}/{path}", params=query)  # type: ignore[arg-type]  # any value
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


async def numbers(client: httpx.AsyncClient, upload_id: object, **query: object) -> list[int]:
    rows = (await get(client, upload_id, "rows", **query))["rows"]
    assert isinstance(rows, list)
    return [row["row_no"] for row in rows]


async def test_rows_are_found_by_text_and_by_problem(upload: Send, client: httpx.AsyncClient) -> None:
    sent = await upload(HEADER + b'Ada,ada@x.example,,,"50% ""odd"""\nBob\n\nCyd,c@x.example,,,,more\n')
    upload_id = sent.json()["upload_id"]
    assert await numbers(client, upload_id, q="ADA@") == [1]
    assert await numbers(client, upload_id, q='% "ODD"') == [1]
    assert await numbers(client, upload_id, problem="too_few_cells") == [2]
    assert await numbers(client, upload_id, problem=["too_many_cells", "blank_line"]) == [3, 4]
    assert await numbers(client, upload_id, problems="true", q="x.example") == [4]


async def test_problems_are_given_as_a_file_with_the_rows_as_they_stand(
    upload: Send, client: httpx.AsyncClient, stranger: dict[str, str]
) -> None:
    sent = await upload(HEADER + b'Ada,ada@x.example,,,\nBob,"b,x"\n\nCyd,=1+1,,,,"mo\nre"\n')
    upload_id = sent.json()["upload_id"]
    answer = await client.get(f"/uploads/{upload_id}/problems.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == (
        "row_no,line_no,problems,First Name,Email,Person Linkedin Url,Apollo Contact Id,Nickname\r\n"
        '2,3,too_few_cells,Bob,"b,x"\r\n'
        "3,4,blank_line\r\n"
        '4,5,too_many_cells,Cyd,=1+1,,,,"mo\nre"\r\n'
    )
    refused = await client.get(f"/uploads/{upload_id}/problems.csv", headers=stranger)
    assert (refused.status_code, slug(refused)) == (404, "not-found")


async def test_columns_tell_how_well_they_are_filled(upload: Send, client: httpx.AsyncClient) -> None:
    sent = await upload(HEADER + b"Ada,ada@x.example,,,\nBob,,,,\n")
    found = await get(client, sent.json()["upload_id"], "columns")
    assert found["rows"] == 2
    assert found["columns"] == [
        {"column": 0, "header": "First Name", "filled": 2, "field": "first_name"},
        {"column": 1, "header": "Email", "filled": 1, "field": "email"},
        {"column": 2, "header": "Person Linkedin Url", "filled": 0, "field": "linkedin_url"},
        {"column": 3, "header": "Apollo Contact Id", "filled": 0, "field": "apollo_contact_id"},
        {"column": 4, "header": "Nickname", "filled": 0, "field": None},
    ]


async def test_the_preview_is_what_a_batch_would_ask_with(
    upload: Send, client: httpx.AsyncClient, owner: Owner
) -> None:
    sent = await upload(HEADER + b"Ada, ADA@X.example ,linkedin.com/in/Ada?x=1,,\n\nBob,,,,\n")
    upload_id = sent.json()["upload_id"]
    preview = await get(client, upload_id, "preview")
    ada = {"first_name": "Ada", "email": "ada@x.example", "linkedin_url": "https://www.linkedin.com/in/ada"}
    assert preview == {
        "inputs": [
            {"row_no": 1, "input": ada, "askable": True},
            {"row_no": 3, "input": {"first_name": "Bob"}, "askable": False},
        ],
        "next": None,
    }
    assert (await get(client, upload_id, "preview", limit=1))["next"] == 1
    await client.post("/batches", json={"upload_id": upload_id})
    items = await owner.fetch("SELECT input::text AS input FROM batch_items ORDER BY item_no")
    assert len(items) == 2
    assert '"ada@x.example"' in items[0]["input"]


async def test_rows_that_repeat_an_earlier_one_are_told_and_may_be_skipped(
    upload: Send, client: httpx.AsyncClient, owner: Owner
) -> None:
    first = await upload(
        HEADER + b"Ada,ada@x.example,linkedin.com/in/ada,a1,\nBob,bob@x.example,,b1,\nAda,ADA@x.example,,a1,\n"
    )
    second = await upload(HEADER + b"Cyd,cyd@x.example,,,\nAdah,,http://www.linkedin.com/in/ADA/,,\nDan,,,b1,\n")
    one, two = first.json()["upload_id"], second.json()["upload_id"]
    rows = (await get(client, two, "rows", duplicates="true"))["rows"]
    assert isinstance(rows, list)
    assert [(row["row_no"], row["duplicates"]) for row in rows] == [
        (2, [{"kind": "linkedin_url", "of_upload_id": one, "of_row_no": 1}]),
        (3, [{"kind": "apollo_contact_id", "of_upload_id": one, "of_row_no": 2}]),
    ]
    assert await numbers(client, one, duplicates="true") == [3]
    answer = await client.post("/batches", json={"upload_id": two, "skip_duplicates": True})
    assert answer.json()["items"] == 1
    assert await owner.fetchval("SELECT array_agg(row_no) FROM batch_items") == [1]
    assert (await client.post("/batches", json={"upload_id": two})).json()["items"] == 3


async def test_another_clients_rows_are_no_duplicates(
    upload: Send, client: httpx.AsyncClient, stranger: dict[str, str]
) -> None:
    await upload(headers=stranger)
    sent = await upload()
    assert await numbers(client, sent.json()["upload_id"], duplicates="true") == []


async def test_a_chosen_mapping_is_used_by_launches_and_for_later_files_with_the_header(
    upload: Send, client: httpx.AsyncClient, owner: Owner
) -> None:
    content = HEADER + b"Ada,ada@x.example,,,ada@y.example\n"
    upload_id = (await upload(content)).json()["upload_id"]
    choice = {"mapping": {"email": ["Nickname", 1], "first_name": [0]}}
    answer = await client.put(f"/uploads/{upload_id}/mapping", json=choice)
    assert answer.status_code == 200, answer.text
    email = {
        "column": 4,
        "header": "Nickname",
        "confidence": 1.0,
        "fallbacks": [{"column": 1, "header": "Email"}],
    }
    assert answer.json()["mapping"]["email"] == email
    assert [column["column"] for column in answer.json()["unmapped"]] == [2, 3]
    assert (await client.get(f"/uploads/{upload_id}")).json() == answer.json()
    await client.post("/batches", json={"upload_id": upload_id})
    assert await owner.fetchval("SELECT input ->> 'email' FROM batch_items") == "ada@y.example"
    later = (await upload(content)).json()
    assert (later["mapping"]["email"], later["notices"][0]["code"]) == (email, "mapping_remembered")
    other = (await upload(b"x" + content)).json()
    assert (other["mapping"]["email"]["column"], other["notices"]) == (1, [])


async def test_a_mapping_is_compared_anew(upload: Send, client: httpx.AsyncClient) -> None:
    sent = await upload(HEADER + b"Ada,ada@x.example,,,a\nBob,ada@x.example,,,b\n")
    upload_id = sent.json()["upload_id"]
    assert await numbers(client, upload_id, duplicates="true") == [2]
    await client.put(f"/uploads/{upload_id}/mapping", json={"mapping": {"first_name": [0]}})
    assert await numbers(client, upload_id, duplicates="true") == []


@pytest.mark.parametrize(
    "mapping", [{"shoe_size": [0]}, {"email": [5]}, {"email": ["Mail"]}, {"email": []}, {"email": [1, 1]}]
)
async def test_a_mapping_that_does_not_fit_is_refused(
    client: httpx.AsyncClient, upload: Send, mapping: dict[str, list[int | str]]
) -> None:
    upload_id = (await upload(HEADER + b"Ada,,,,\n")).json()["upload_id"]
    answer = await client.put(f"/uploads/{upload_id}/mapping", json={"mapping": mapping})
    assert (answer.status_code, slug(answer)) == (422, "mapping-misfits")


async def test_a_look_into_what_is_not_there_is_told(client: httpx.AsyncClient, upload_id: UUID) -> None:
    for path in ("rows", "problems", "problems.csv", "columns", "preview"):
        answer = await client.get(f"/uploads/{uuid4()}/{path}")
        assert (answer.status_code, slug(answer)) == (404, "not-found")
    answer = await client.put(f"/uploads/{uuid4()}/mapping", json={"mapping": {"email": [0]}})
    assert (answer.status_code, slug(answer)) == (404, "not-found")
