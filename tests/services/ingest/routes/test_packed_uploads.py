"""Files and bodies that are packed: gzip, zip, workbooks."""

import gzip
import io
import zipfile

import httpx
import pytest

from services.ingest.app import create_app
from shared.settings import Settings
from tests.services.ingest.conftest import LEADS, Owner, Send, running, slug

_SHEET = (
    "<?xml version='1.0'?><worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>"
    "<row r='1'><c r='A1' t='inlineStr'><is><t>First Name</t></is></c><c r='B1' t='inlineStr'><is><t>Email</t></is></c>"
    "<c r='C1' t='inlineStr'><is><t># Employees</t></is></c></row>"
    "<row r='2'><c r='A2' t='inlineStr'><is><t>Ada, \"A\"</t></is></c>"
    "<c r='B2' t='inlineStr'><is><t>ada@example.com</t></is></c><c r='C2'><v>250</v></c></row>"
    "<row r='3'><c r='A3' t='inlineStr'><is><t>Bob</t></is></c><c r='C3'><v>2.5</v></c></row>{more}"
    "</sheetData></worksheet>"
)
_MAIN = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def workbook(more: str = "") -> bytes:
    """Return the least that is a workbook, its sheet with further rows."""
    return archive(
        {
            "[Content_Types].xml": f"<Types xmlns='{_TYPES}'><Override PartName='/xl/workbook.xml' "
            f"ContentType='{_WORKBOOK_TYPE}'/></Types>",
            "_rels/.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
            f"<Relationship Id='r1' Type='{_MAIN}/officeDocument' Target='xl/workbook.xml'/></Relationships>",
            "xl/workbook.xml": "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' "
            f"xmlns:r='{_MAIN}'><sheets><sheet name='Leads' sheetId='1' r:id='r1'/></sheets></workbook>",
            "xl/_rels/workbook.xml.rels": "<Relationships "
            "xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
            f"<Relationship Id='r1' Type='{_MAIN}/worksheet' Target='worksheets/sheet1.xml'/></Relationships>",
            "xl/worksheets/sheet1.xml": _SHEET.format(more=more),
        }
    )


def archive(files: dict[str, str | bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "packing"),
    [
        (gzip.compress(LEADS), "gzip"),
        (gzip.compress(LEADS[:50]) + gzip.compress(LEADS[50:]), "gzip"),
        (archive({"leads.csv": LEADS}), "zip"),
        (archive({"export/": b"", "export/leads.csv": LEADS, "__MACOSX/._leads.csv": b"x", ".DS_Store": b"x"}), "zip"),
    ],
)
async def test_a_packed_file_is_read_unpacked_and_given_back_packed(
    upload: Send, client: httpx.AsyncClient, content: bytes, packing: str
) -> None:
    answer = (await upload(content)).json()
    assert (answer["rows"], answer["bytes"], answer["dialect"]["packing"]) == (3, len(content), packing)
    assert answer["mapping"]["email"]["column"] == 3
    assert (await client.get(f"/uploads/{answer['upload_id']}/file")).content == content


async def test_a_body_sent_with_gzip_is_the_file_it_stands_for(upload: Send, client: httpx.AsyncClient) -> None:
    sent = await upload(gzip.compress(LEADS), headers={"Content-Encoding": "gzip"})
    assert (sent.status_code, sent.json()["bytes"], sent.json()["dialect"]["packing"]) == (201, len(LEADS), None)
    assert (await client.get(f"/uploads/{sent.json()['upload_id']}/file")).content == LEADS


async def test_a_workbook_is_read_as_its_first_sheet(upload: Send, client: httpx.AsyncClient) -> None:
    content = workbook()
    answer = (await upload(content, filename="leads.xlsx")).json()
    assert (answer["rows"], answer["problems"], answer["dialect"]["packing"]) == (2, 0, "workbook")
    assert answer["header"] == ["First Name", "Email", "# Employees"]
    rows = (await client.get(f"/uploads/{answer['upload_id']}/rows")).json()["rows"]
    assert [row["cells"] for row in rows] == [['Ada, "A"', "ada@example.com", "250"], ["Bob", "", "2.5"]]
    file = await client.get(f"/uploads/{answer['upload_id']}/file")
    assert (file.content, file.headers["content-type"]) == (content, "application/octet-stream")


@pytest.mark.parametrize(
    ("content", "status", "expected"),
    [
        (gzip.compress(LEADS)[:-9], 422, "broken-archive"),
        (b"\x1f\x8b" + b"\0" * 50, 422, "broken-archive"),
        (b"PK\x03\x04" + b"\0" * 100, 422, "broken-archive"),
        (archive({"leads.csv": LEADS})[:-30], 422, "broken-archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, 422, "broken-archive"),
        (archive({"[Content_Types].xml": "<Types/>"}), 422, "broken-archive"),
        (archive({"a.csv": LEADS, "b.csv": LEADS}), 422, "archive-contents"),
        (archive({"__MACOSX/a": b""}), 422, "archive-contents"),
        (archive({"inner.zip": archive({"leads.csv": LEADS})}), 415, "binary-file"),
        (gzip.compress(bytes(40_000_000)), 413, "suspicious-compression"),
        (archive({"a.csv": bytes(40_000_000)}), 413, "suspicious-compression"),
        (workbook("<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"), 413, "workbook-too-large"),
    ],
)
async def test_what_can_not_be_unpacked_is_refused(
    upload: Send, owner: Owner, content: bytes, status: int, expected: str
) -> None:
    answer = await upload(content)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert await owner.fetchval("SELECT count(*) FROM uploads") == 0


@pytest.mark.parametrize(
    ("limit", "content", "headers", "expected"),
    [
        ("upload_max_unpacked_bytes", gzip.compress(LEADS), {}, "unpacked-too-large"),
        ("upload_max_unpacked_bytes", archive({"a.csv": LEADS}), {}, "unpacked-too-large"),
        ("upload_max_unpacked_bytes", gzip.compress(LEADS), {"Content-Encoding": "gzip"}, "unpacked-too-large"),
        ("upload_max_workbook_bytes", workbook(), {}, "workbook-too-large"),
    ],
)
async def test_each_limit_of_unpacking_is_a_setting(
    settings: Settings, api_key: str, limit: str, content: bytes, headers: dict[str, str], expected: str
) -> None:
    async with running(create_app(settings.model_copy(update={limit: 100}))) as client:
        answer = await client.post(
            "/uploads?source=apollo", content=content, headers={"Authorization": f"Bearer {api_key}"} | headers
        )
    assert (answer.status_code, slug(answer)) == (413, expected)


async def test_a_gzip_body_cut_off_is_refused(upload: Send) -> None:
    answer = await upload(gzip.compress(LEADS)[:-9], headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, slug(answer)) == (422, "broken-archive")
