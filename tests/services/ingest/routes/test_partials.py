"""Files sent in pieces: what has arrived stays, and becomes one upload."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from services.ingest.app import create_app
from shared.settings import Settings
from tests.services.ingest.conftest import LEADS, Owner, running, slug


async def begun(client: httpx.AsyncClient) -> str:
    answer = await client.post("/uploads/partial")
    assert (answer.status_code, answer.json()["offset"]) == (201, 0)
    return f"/uploads/partial/{answer.json()['partial_id']}"


async def send(client: httpx.AsyncClient, url: str, content: bytes, offset: int) -> httpx.Response:
    return await client.patch(url, content=content, headers={"Upload-Offset": str(offset)})


async def test_pieces_become_one_upload_however_often_it_is_asked_for(client: httpx.AsyncClient, owner: Owner) -> None:
    url = await begun(client)
    assert (await send(client, url, LEADS[:100], 0)).json()["offset"] == 100
    assert (await client.get(url)).json()["offset"] == 100
    assert (await send(client, url, LEADS[100:], 100)).json()["offset"] == len(LEADS)
    finish = "/uploads?filename=leads.csv&partial=" + url.rpartition("/")[2]
    first, again = await client.post(finish), await client.post(finish)
    assert (first.status_code, first.json()["rows"], first.json()["bytes"]) == (201, 3, len(LEADS))
    assert again.json() == first.json()
    assert await owner.fetchval("SELECT count(*) FROM uploads") == 1
    assert (await client.get(f"/uploads/{first.json()['upload_id']}/file")).content == LEADS


async def test_a_piece_that_is_sent_again_is_told_where_to_go_on(client: httpx.AsyncClient) -> None:
    url = await begun(client)
    await send(client, url, LEADS[:100], 0)
    for offset in (0, 99, 101):
        answer = await send(client, url, LEADS[offset:], offset)
        assert (answer.status_code, slug(answer), answer.json()["offset"]) == (409, "offset-mismatch", 100)


async def test_a_big_piece_is_given_back_to_the_byte(client: httpx.AsyncClient) -> None:
    content = b"Email,Notes\n" + b"p@example.com,some words\n" * 150_000
    url = await begun(client)

    async def in_chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(content), 700_001):
            yield content[at : at + 700_001]

    answer = await client.patch(url, content=in_chunks(), headers={"Upload-Offset": "0"})
    assert answer.json()["offset"] == len(content)
    upload = (await client.post(f"/uploads?source=crm&partial={url.rpartition('/')[2]}")).json()
    assert upload["rows"] == 150_000
    assert (await client.get(f"/uploads/{upload['upload_id']}/file")).content == content


async def test_more_than_the_limit_is_refused(settings: Settings, api_key: str) -> None:
    async with running(create_app(settings.model_copy(update={"upload_max_bytes": 150}))) as client:
        client.headers["Authorization"] = f"Bearer {api_key}"
        url = await begun(client)
        await send(client, url, LEADS[:100], 0)
        answer = await send(client, url, LEADS[100:200], 100)
    assert (answer.status_code, slug(answer)) == (413, "upload-too-large")


@pytest.mark.parametrize("known", [True, False])
async def test_what_is_not_ones_own_is_not_found(
    client: httpx.AsyncClient, stranger: dict[str, str], known: bool
) -> None:
    url = await begun(client) if known else f"/uploads/partial/{uuid4()}"
    headers = stranger if known else {}
    answers = [
        await client.get(url, headers=headers),
        await client.patch(url, content=b"x", headers={"Upload-Offset": "0"} | headers),
        await client.post(f"/uploads?source=crm&partial={url.rpartition('/')[2]}", headers=headers),
    ]
    assert [(answer.status_code, slug(answer)) for answer in answers] == [(404, "not-found")] * 3
