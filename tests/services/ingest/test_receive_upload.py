"""Receiving in earnest, over real connections and in real processes: cut, killed, overfed."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import UUID

import httpx
import orjson
import pytest

from shared.settings import Settings
from tests.eventually import eventually
from tests.services.ingest.conftest import LEADS, Owner, Send, slug
from tests.services.ingest.ingest_process import ingest_process

TABLES = ("uploads", "upload_parts", "raw_uploads", "outbox", "idempotency_keys")


async def stored(owner: Owner) -> dict[str, int]:
    return {table: await owner.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


async def test_rows_bytes_event_and_answer_commit_together(owner: Owner, upload: Send, client_id: UUID) -> None:
    answer = (await upload(headers={"Idempotency-Key": "june"})).json()
    assert await stored(owner) == {
        "uploads": 1,
        "upload_parts": 1,
        "raw_uploads": 3,
        "outbox": 1,
        "idempotency_keys": 1,
    }
    event = await owner.fetchrow("SELECT * FROM outbox")
    assert event is not None
    assert (event["type"], event["source"]) == ("upload.received", "/leadledger/ingest")
    assert orjson.loads(event["data"]) == {
        "client_id": str(client_id),
        "upload_id": answer["upload_id"],
        "source": "apollo",
        "rows": 3,
        "problems": 0,
        "sha256": answer["sha256"],
    }


async def test_a_file_refused_at_its_last_record_leaves_nothing(owner: Owner, settings: Settings, api_key: str) -> None:
    content = b"Email\n" + b"".join(b"p%d@example.com\n" % number for number in range(5_000)) + b"x" * 2_000_000
    async with ingest_process(settings) as ingest, httpx.AsyncClient(base_url=ingest.url) as client:
        headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": "june"}
        answer = await client.post("/uploads?source=apollo", content=content, headers=headers)
        assert (answer.status_code, slug(answer)) == (413, "cell-too-long")
    assert set((await stored(owner)).values()) == {0}


async def test_a_connection_cut_leaves_nothing_and_frees_its_slot(
    owner: Owner, settings: Settings, api_key: str
) -> None:
    async with ingest_process(settings, LEADLEDGER_UPLOAD_MAX_CONCURRENT="1") as ingest:
        port = int(ingest.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            "POST /uploads?source=apollo HTTP/1.1\r\nHost: ingest\r\nContent-Type: text/csv\r\n"
            f"Authorization: Bearer {api_key}\r\nContent-Length: 1000000\r\n\r\n"
        )
        writer.write(head.encode() + LEADS)
        await writer.drain()
        async with httpx.AsyncClient(base_url=ingest.url) as client:
            client.headers["Authorization"] = f"Bearer {api_key}"

            async def send() -> int:
                return (await client.post("/uploads?source=apollo", content=LEADS)).status_code

            await eventually(lambda: _is(send, 503))
            assert set((await stored(owner)).values()) == {0}
            writer.transport.abort()
            await eventually(lambda: _is(send, 201))
    assert (await stored(owner))["uploads"] == 1


async def _is(send: Callable[[], Awaitable[int]], expected: int) -> bool:
    return await send() == expected


async def test_a_cell_of_300_megabytes_is_refused_fast_and_in_little_memory(settings: Settings, api_key: str) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'Email,Notes\na@example.com,"'
        for _ in range(300):
            yield b"x" * 1_000_000

    async with ingest_process(settings) as ingest, httpx.AsyncClient(base_url=ingest.url, timeout=60) as client:
        idle, peak = ingest.memory(), 0
        sending = asyncio.create_task(
            client.post("/uploads?source=apollo", content=body(), headers={"Authorization": f"Bearer {api_key}"})
        )
        while not sending.done():
            peak = max(peak, ingest.memory())
            await asyncio.sleep(0.02)
        answer = await sending
    assert (answer.status_code, slug(answer)) == (413, "record-too-long")
    assert peak - idle < 150_000_000


async def test_other_requests_are_answered_while_a_file_is_read(settings: Settings, api_key: str) -> None:
    content = b"Email,Notes\n" + b"p@example.com,some words of notes\n" * 200_000
    async with ingest_process(settings) as ingest, httpx.AsyncClient(base_url=ingest.url, timeout=60) as client:
        client.headers["Authorization"] = f"Bearer {api_key}"
        sending = asyncio.create_task(client.post("/uploads?source=apollo", content=content))
        answered = 0
        while not sending.done():
            assert (await client.get("/uploads")).status_code == 200
            answered += 1
        assert (await sending).json()["rows"] == 200_000
    assert answered > 10


@pytest.mark.parametrize(
    "point",
    [
        "ingest.rows_half_copied",
        "ingest.rows_before_bytes",
        "ingest.rows_before_commit",
        "ingest.upload_committed_before_answer",
    ],
)
async def test_an_upload_whose_service_is_killed_stands_once_when_it_is_sent_again(
    owner: Owner, settings: Settings, api_key: str, point: str
) -> None:
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": "june"}
    async with ingest_process(settings, LEADLEDGER_FAILPOINTS=f"{point}=kill") as ingest:
        async with httpx.AsyncClient(base_url=ingest.url) as client:
            with pytest.raises(httpx.TransportError):
                await client.post("/uploads?source=apollo", content=LEADS, headers=headers)
        assert await ingest.end() == -signal.SIGKILL
    before = await stored(owner)
    assert before["uploads"] == (1 if point == "ingest.upload_committed_before_answer" else 0)
    async with ingest_process(settings) as ingest, httpx.AsyncClient(base_url=ingest.url) as client:
        answers = [await client.post("/uploads?source=apollo", content=LEADS, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    after = await stored(owner)
    assert (after["uploads"], after["upload_parts"], after["raw_uploads"], after["outbox"]) == (1, 1, 3, 1)


async def test_a_batch_whose_service_is_killed_before_the_answer_stands_once(
    owner: Owner, settings: Settings, upload_id: UUID, api_key: str
) -> None:
    headers = {"Authorization": f"Bearer {api_key}", "Idempotency-Key": "june"}
    order = {"upload_id": str(upload_id)}
    point = "ingest.batch_committed_before_answer=kill"
    async with ingest_process(settings, LEADLEDGER_FAILPOINTS=point) as ingest:
        async with httpx.AsyncClient(base_url=ingest.url) as client:
            with pytest.raises(httpx.TransportError):
                await client.post("/batches", json=order, headers=headers)
        assert await ingest.end() == -signal.SIGKILL
    async with ingest_process(settings) as ingest, httpx.AsyncClient(base_url=ingest.url) as client:
        assert (await client.post("/batches", json=order, headers=headers)).status_code == 202
    assert await owner.fetchval("SELECT count(*) FROM batches") == 1
    assert await owner.fetchval("SELECT count(*) FROM batch_items") == 3


async def test_a_piece_whose_service_is_killed_is_gone_on_with(owner: Owner, settings: Settings, api_key: str) -> None:
    content = b"Email,Notes\n" + b"p@example.com,some words\n" * 100_000
    headers = {"Authorization": f"Bearer {api_key}"}
    async with ingest_process(settings, LEADLEDGER_FAILPOINTS="ingest.piece_committed=kill") as ingest:
        async with httpx.AsyncClient(base_url=ingest.url, headers=headers) as client:
            partial_id = (await client.post("/uploads/partial")).json()["partial_id"]
            with pytest.raises(httpx.TransportError):
                await client.patch(f"/uploads/partial/{partial_id}", content=content, headers={"Upload-Offset": "0"})
        assert await ingest.end() == -signal.SIGKILL
    async with ingest_process(settings) as ingest, httpx.AsyncClient(base_url=ingest.url, headers=headers) as client:
        offset = (await client.get(f"/uploads/partial/{partial_id}")).json()["offset"]
        assert 0 < offset < len(content)
        more = {"Upload-Offset": str(offset)}
        await client.patch(f"/uploads/partial/{partial_id}", content=content[offset:], headers=more)
        answer = (await client.post(f"/uploads?source=crm&partial={partial_id}")).json()
        assert (answer["rows"], answer["bytes"]) == (100_000, len(content))
    assert await owner.fetchval("SELECT count(*) FROM uploads") == 1
