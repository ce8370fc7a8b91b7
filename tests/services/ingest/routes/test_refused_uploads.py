"""What can't be taken is refused with a problem document of its own, and leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from services.ingest.app import create_app
from shared.settings import Settings
from tests.services.ingest.conftest import LEADS, Owner, Send, running, slug

FORM = {"Content-Type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize(
    ("content", "query", "status", "expected"),
    [
        (b"", {}, 422, "empty-file"),
        (b"\xef\xbb\xbf", {}, 422, "empty-file"),
        (b"\n\n\n", {}, 422, "no-header"),
        (b"%PDF-1.7" + b"\0" * 100, {}, 415, "binary-file"),
        (b"Email\na\n", {"encoding": "klingon"}, 400, "bad-dialect"),
        (b"Email\na\n", {"delimiter": "ab"}, 400, "bad-dialect"),
    ],
)
async def test_a_file_that_is_no_table_is_refused(
    upload: Send, owner: Owner, content: bytes, query: dict[str, str], status: int, expected: str
) -> None:
    answer = await upload(content, **query)
    assert (answer.status_code, slug(answer)) == (status, expected)
    assert answer.json()["detail"]
    assert await owner.fetchval("SELECT count(*) FROM uploads") == 0


@pytest.mark.parametrize(
    ("limits", "content", "expected"),
    [
        ({"upload_max_bytes": 20}, LEADS, "upload-too-large"),
        ({"upload_max_columns": 3}, LEADS, "too-many-columns"),
        ({"upload_max_records": 2}, LEADS, "too-many-records"),
        ({"upload_max_cell_chars": 30}, b"Email\n" + b"x" * 31 + b"\n", "cell-too-long"),
    ],
)
async def test_a_file_beyond_a_limit_is_refused(
    settings: Settings, api_key: str, limits: dict[str, int], content: bytes, expected: str, owner: Owner
) -> None:
    async def in_pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 7):
            yield content[at : at + 7]

    app = create_app(settings.model_copy(update=limits))
    async with running(app) as client:
        for body in (content, in_pieces()):
            answer = await client.post(
                "/uploads?source=apollo", content=body, headers={"Authorization": f"Bearer {api_key}"}
            )
            assert (answer.status_code, slug(answer)) == (413, expected)
    assert await owner.fetchval("SELECT count(*) FROM raw_uploads") == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "text/html"},
        {"Content-Type": "image/png"},
        {"Content-Type": "text/csv", "Content-Encoding": "br"},
    ],
)
async def test_content_that_can_not_be_csv_is_refused(upload: Send, headers: dict[str, str]) -> None:
    answer = await upload(headers=headers)
    assert (answer.status_code, slug(answer)) == (415, "wrong-content")


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"files": [("a", ("a.csv", LEADS)), ("b", ("b.csv", LEADS))]}, "several-files-in-form"),
        ({"files": {"comment": (None, "x")}}, "no-file-in-form"),
        (
            {"content": b"--x\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
            "broken-form",
        ),
        ({"content": LEADS, "headers": {"Content-Type": "multipart/form-data"}}, "broken-form"),
    ],
)
async def test_a_form_without_one_whole_file_is_refused(
    client: httpx.AsyncClient, sent: dict[str, object], expected: str
) -> None:
    answer = await client.post("/uploads?source=apollo", **sent)  # type: ignore[arg-type]  # of different kinds
    assert (answer.status_code, slug(answer)) == (400, expected)


async def test_a_form_cut_off_is_refused(client: httpx.AsyncClient, owner: Owner) -> None:
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n' + LEADS
    answer = await client.post("/uploads?source=apollo", content=form, headers=FORM)
    assert (answer.status_code, slug(answer)) == (400, "broken-form")
    assert await owner.fetchval("SELECT count(*) FROM uploads") == 0


async def test_more_uploads_at_once_than_allowed_are_told_to_come_back(settings: Settings, api_key: str) -> None:
    app = create_app(settings.model_copy(update={"upload_max_concurrent": 1}))
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield LEADS
        begun.set()
        await go_on.wait()

    async with running(app) as client:
        client.headers["Authorization"] = f"Bearer {api_key}"
        slow = asyncio.create_task(client.post("/uploads?source=apollo", content=slowly()))
        await begun.wait()
        answer = await client.post("/uploads?source=apollo", content=LEADS)
        assert (answer.status_code, slug(answer)) == (503, "too-many-uploads")
        assert int(answer.headers["retry-after"]) > 0
        go_on.set()
        assert (await slow).status_code == 201
        assert (await client.post("/uploads?source=apollo", content=LEADS)).status_code == 201


async def test_a_spool_that_can_not_be_written_is_told(settings: Settings, api_key: str, tmp_path: Path) -> None:
    app = create_app(settings.model_copy(update={"spool_dir": tmp_path / "missing"}))
    async with running(app) as client:
        answer = await client.post(
            "/uploads?source=apollo", content=LEADS, headers={"Authorization": f"Bearer {api_key}"}
        )
    assert (answer.status_code, slug(answer)) == (503, "storage-trouble")
    assert "LEADLEDGER_SPOOL_DIR" in answer.json()["detail"]
