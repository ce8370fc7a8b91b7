"""Any bytes at all give an upload that accounts for every byte, or a problem document."""

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.ingest.conftest import Send

PIECES = st.sampled_from(
    [
        *(b"Email", b"Name", b",", b";", b"\t", b'"', b'""', b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xc3\xa9", b"x"),
        *(b"PK\x03\x04", b"\x1f\x8b", b"\xef\xbb\xbf", b"\xff\xfe", b"sep=;\n", b"a@x.example", b"\\", b"'"),
    ]
)
BODIES = st.one_of(st.binary(max_size=60), st.lists(PIECES, max_size=30).map(b"".join))


@pytest.mark.parametrize("encoding", [None, "gzip"])
@given(body=BODIES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_bytes_are_an_upload_or_a_problem(
    upload: Send, client: httpx.AsyncClient, body: bytes, encoding: str | None
) -> None:
    answer = await upload(body, source="crm", headers={"Content-Encoding": encoding} if encoding else {})
    assert answer.status_code in {201, 400, 413, 415, 422}, answer.text
    if answer.status_code != 201:
        assert answer.headers["content-type"] == "application/problem+json"
        return
    upload_id = answer.json()["upload_id"]
    assert encoding is None  # none of these is gzip
    assert (await client.get(f"/uploads/{upload_id}/file")).content == body
    rows = (await client.get(f"/uploads/{upload_id}/rows", params={"limit": 1000})).json()["rows"]
    assert [row["row_no"] for row in rows] == list(range(1, answer.json()["rows"] + 1))
    assert sum(bool(row["problems"]) for row in rows) == answer.json()["problems"]
