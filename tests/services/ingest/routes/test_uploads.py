"""Uploads over HTTP: what is sent is stored, byte for byte and record for record, or refused with a reason."""

import hashlib
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from shared.auth import Scope, create_key
from tests.services.ingest.conftest import LEADS, Owner, Send, slug

EXPORTS = sorted((Path(__file__).parents[3] / "data/apollo/synthetic").glob("*.csv"))

FORM = {"Content-Type": "multipart/form-data; boundary=x"}
HEADER = "First Name,Last Name,Company Name,Email,Person Linkedin Url,Website,Lucky Number"


async def test_the_answer_says_what_the_file_holds_and_how_it_was_understood(upload: Send) -> None:
    answer = await upload()
    assert answer.status_code == 201
    body = answer.json()
    assert body.pop("upload_id")
    assert body.pop("received_at").endswith("Z")
    assert body == {
        "source": "apollo",
        "filename": "leads.csv",
        "bytes": len(LEADS),
        "sha256": hashlib.sha256(LEADS).hexdigest(),
        "rows": 3,
        "problems": 0,
        "header": HEADER.split(","),
        "mapping": {
            "first_name": {"column": 0, "header": "First Name", "fallbacks": [], "confidence": 1.0},
            "last_name": {"column": 1, "header": "Last Name", "fallbacks": [], "confidence": 1.0},
            "company_name": {"column": 2, "header": "Company Name", "fallbacks": [], "confidence": 1.0},
            "email": {"column": 3, "header": "Email", "fallbacks": [], "confidence": 1.0},
            "linkedin_url": {"column": 4, "header": "Person Linkedin Url", "fallbacks": [], "confidence": 1.0},
            "company_website": {"column": 5, "header": "Website", "fallbacks": [], "confidence": 1.0},
        },
        "unmapped": [{"column": 6, "header": "Lucky Number", "known": False}],
        "doubtful": [],
        "notices": [],
        "dialect": {
            "encoding": "utf-8",
            "encoding_basis": "valid",
            "bom_bytes": 0,
            "delimiter": ",",
            "quote_char": '"',
            "skip_initial_space": False,
            "sep_line": False,
            "packing": None,
            "line_terminator": "\n",
        },
    }


async def test_an_upload_is_shown_as_it_was_answered(upload: Send, client: httpx.AsyncClient) -> None:
    sent = (await upload()).json()
    shown = await client.get(f"/uploads/{sent['upload_id']}")
    assert (shown.status_code, shown.json()) == (200, sent)


@pytest.mark.parametrize("export", [file.read_bytes() for file in EXPORTS], ids=[file.stem for file in EXPORTS])
async def test_every_byte_comes_back(upload: Send, client: httpx.AsyncClient, export: bytes) -> None:
    upload_id = (await upload(export)).json()["upload_id"]
    file = await client.get(f"/uploads/{upload_id}/file")
    assert (file.status_code, file.content) == (200, export)
    assert file.headers["content-length"] == str(len(export))


async def test_a_file_of_several_parts_comes_back_in_order(upload: Send, client: httpx.AsyncClient) -> None:
    content = b"Email\n" + b"".join(b"p%07d@example.com\n" % number for number in range(150_000))
    sent = (await upload(content)).json()
    assert sent["rows"] == 150_000
    assert (await client.get(f"/uploads/{sent['upload_id']}/file")).content == content


async def test_rows_keep_their_cells_as_written_and_come_in_pages(upload: Send, client: httpx.AsyncClient) -> None:
    content = b'Email,Notes\r\n a@example.com ,"line\nbreak, ""quoted"""\r\n,""\r\nb@example.com\r\n'
    upload_id = (await upload(content)).json()["upload_id"]
    first = (await client.get(f"/uploads/{upload_id}/rows", params={"limit": 2})).json()
    assert first == {
        "rows": [
            {
                "row_no": 1,
                "line_no": 2,
                "cells": [" a@example.com ", 'line\nbreak, "quoted"'],
                "problems": None,
                "duplicates": [],
            },
            {"row_no": 2, "line_no": 4, "cells": ["", ""], "problems": ["empty_record"], "duplicates": []},
        ],
        "next": 2,
    }
    second = (await client.get(f"/uploads/{upload_id}/rows", params={"after": 2, "limit": 2})).json()
    assert second == {
        "rows": [
            {"row_no": 3, "line_no": 5, "cells": ["b@example.com"], "problems": ["too_few_cells"], "duplicates": []}
        ],
        "next": None,
    }


async def test_rows_with_a_problem_can_be_had_alone_with_what_it_means(upload: Send, client: httpx.AsyncClient) -> None:
    answer = (await upload(b"Email,Notes\na@example.com,x\n\nb@example.com\nc@example.com,y\n")).json()
    assert (answer["rows"], answer["problems"]) == (4, 2)
    flagged = [
        {"row_no": 2, "line_no": 3, "cells": [], "problems": ["blank_line"], "duplicates": []},
        {"row_no": 3, "line_no": 4, "cells": ["b@example.com"], "problems": ["too_few_cells"], "duplicates": []},
    ]
    rows = await client.get(f"/uploads/{answer['upload_id']}/rows", params={"problems": "true"})
    assert rows.json() == {"rows": flagged, "next": None}
    problems = (await client.get(f"/uploads/{answer['upload_id']}/problems")).json()
    assert (problems["problems"], problems["next"]) == (flagged, None)
    assert set(problems["meanings"]) == {"blank_line", "too_few_cells"}
    page = (await client.get(f"/uploads/{answer['upload_id']}/problems", params={"limit": 1})).json()
    assert (page["problems"], page["next"]) == (flagged[:1], 2)


async def test_a_page_of_big_rows_is_short(upload: Send, client: httpx.AsyncClient) -> None:
    content = b"Email,Notes\n" + b"".join(b"p%d@example.com,%s\n" % (number, b"x" * 900_000) for number in range(12))
    upload_id = (await upload(content)).json()["upload_id"]
    seen, after = [], 0
    while after is not None:
        page = (await client.get(f"/uploads/{upload_id}/rows", params={"after": after})).json()
        assert 0 < len(page["rows"]) < 12
        seen += [row["row_no"] for row in page["rows"]]
        after = page["next"]
    assert seen == list(range(1, 13))


async def test_uploads_are_listed_newest_first_in_pages(upload: Send, client: httpx.AsyncClient) -> None:
    made = [(await upload(filename=f"{number}.csv")).json()["upload_id"] for number in range(3)]
    first = (await client.get("/uploads", params={"limit": 2})).json()
    assert [each["upload_id"] for each in first["uploads"]] == made[:0:-1]
    second = (await client.get("/uploads", params={"limit": 2, "after": first["next"]})).json()
    assert ([each["upload_id"] for each in second["uploads"]], second["next"]) == (made[:1], None)


async def test_without_a_source_the_header_tells_it_and_the_answer_says_so(client: httpx.AsyncClient) -> None:
    answer = await client.post("/uploads", content=LEADS)
    assert answer.status_code == 201
    assert (answer.json()["source"], answer.json()["filename"]) == ("apollo", "upload.csv")
    assert [notice["code"] for notice in answer.json()["notices"]] == ["source_detected"]


async def test_a_header_that_tells_no_source_asks_for_one(client: httpx.AsyncClient) -> None:
    answer = await client.post("/uploads", content=b"colour,weight\nred,1\n")
    assert (answer.status_code, slug(answer)) == (422, "unknown-source")
    assert answer.json()["sources"] == ["apollo", "crm", "customers", "salesnav"]


async def test_an_unknown_source_is_refused_with_those_there_are(upload: Send) -> None:
    answer = await upload(source="hubspot")
    assert (answer.status_code, slug(answer)) == (422, "unknown-source")
    assert answer.json()["sources"] == ["apollo", "crm", "customers", "salesnav"]
    assert "apollo, crm, customers, salesnav" in answer.json()["detail"]


async def test_a_header_alone_is_an_upload_of_no_rows_and_says_so(upload: Send) -> None:
    answer = await upload(b"Email,First Name\n")
    assert (answer.status_code, answer.json()["rows"]) == (201, 0)
    assert [notice["code"] for notice in answer.json()["notices"]] == ["header_only"]


async def test_notices_tell_of_empty_and_repeated_column_names_and_of_a_file_nothing_is_known_of(upload: Send) -> None:
    codes = [notice["code"] for notice in (await upload(b"Email,,Email\na@example.com,,\n")).json()["notices"]]
    assert set(codes) == {"empty_column_name", "duplicate_column_name"}
    codes = [notice["code"] for notice in (await upload(b"colour,weight\nred,1\n")).json()["notices"]]
    assert codes == ["nothing_mapped"]


async def test_the_caller_may_say_how_the_file_is_written(upload: Send, client: httpx.AsyncClient) -> None:
    answer = await upload("Email|First Name\na@example.com|José\n".encode("cp1252"), encoding="cp1252", delimiter="|")
    assert answer.status_code == 201
    assert (answer.json()["dialect"]["encoding"], answer.json()["dialect"]["delimiter"]) == ("cp1252", "|")
    rows = (await client.get(f"/uploads/{answer.json()['upload_id']}/rows")).json()["rows"]
    assert rows[0]["cells"] == ["a@example.com", "José"]
    file = await client.get(f"/uploads/{answer.json()['upload_id']}/file")
    assert file.headers["content-type"] == "text/csv; charset=cp1252"


@pytest.mark.parametrize(
    "content_type",
    ["text/csv; charset=utf-8", "text/plain", "application/octet-stream", "application/vnd.ms-excel"],
)
async def test_content_types_that_tools_send_with_csv_are_taken(upload: Send, content_type: str) -> None:
    assert (await upload(headers={"Content-Type": content_type})).status_code == 201


async def test_a_form_is_taken_as_the_file_in_it(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/uploads?source=apollo", files={"file": ("Léads.csv", LEADS, "text/csv")}, data={"comment": "mine"}
    )
    assert answer.status_code == 201
    assert (answer.json()["filename"], answer.json()["bytes"], answer.json()["rows"]) == ("Léads.csv", len(LEADS), 3)
    file = await client.get(f"/uploads/{answer.json()['upload_id']}/file")
    assert file.content == LEADS


async def test_a_hostile_filename_stays_one_header_and_no_path(upload: Send, client: httpx.AsyncClient) -> None:
    name = '../../etc/pass"wd\r\nSet-Cookie: a=b;\x00 ü.csv'
    answer = (await upload(filename=name)).json()
    assert answer["filename"] == 'pass"wdSet-Cookie: a=b; ü.csv'
    file = await client.get(f"/uploads/{answer['upload_id']}/file")
    assert "set-cookie" not in file.headers
    assert file.headers["content-disposition"] == (
        'attachment; filename="pass_wdSet-Cookie_ a_b_ _.csv"; '
        "filename*=UTF-8''pass%22wdSet-Cookie%3A%20a%3Db%3B%20%C3%BC.csv"
    )


async def test_the_same_key_and_file_give_the_first_answer_and_one_upload(upload: Send, owner: Owner) -> None:
    key = {"Idempotency-Key": "june"}
    first = await upload(headers=key)
    again = await upload(headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert await owner.fetchval("SELECT count(*) FROM uploads") == 1
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1


async def test_the_same_key_with_another_file_is_refused(upload: Send) -> None:
    key = {"Idempotency-Key": "june"}
    assert (await upload(headers=key)).status_code == 201
    answer = await upload(LEADS + b"Dan,,,,,,\n", headers=key)
    assert (answer.status_code, slug(answer)) == (422, "idempotency-key-reused")


async def test_without_a_key_the_same_file_is_another_upload(upload: Send) -> None:
    assert (await upload()).json()["upload_id"] != (await upload()).json()["upload_id"]


@pytest.mark.parametrize("path", ["", "/rows", "/problems", "/file"])
async def test_unknown_uploads_and_those_of_others_are_not_found(
    upload: Send, client: httpx.AsyncClient, stranger: dict[str, str], path: str
) -> None:
    upload_id = (await upload()).json()["upload_id"]
    for answer in (
        await client.get(f"/uploads/{upload_id}{path}", headers=stranger),
        await client.get(f"/uploads/{uuid4()}{path}"),
    ):
        assert (answer.status_code, slug(answer)) == (404, "not-found")


async def test_a_client_lists_its_own_uploads_alone(
    upload: Send, client: httpx.AsyncClient, stranger: dict[str, str]
) -> None:
    await upload()
    assert (await client.get("/uploads", headers=stranger)).json() == {"uploads": [], "next": None}


async def test_the_key_needs_the_scope(client: httpx.AsyncClient, owner: Owner) -> None:
    reader = await create_key(owner, client="acme", name="reader", scopes=frozenset({Scope.READ}))
    answer = await client.post("/uploads", content=LEADS, headers={"Authorization": f"Bearer {reader}"})
    assert (answer.status_code, slug(answer)) == (403, "scope-missing")
