"""The client against servers that answer as real ones do on a bad day."""

import io
import json
import os
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from leadledger.client import Client
from leadledger.errors import LeadledgerError, UnreachableError
from tests.serving import serving

UPLOAD = {
    "upload_id": "0198f3a0-0000-7000-8000-000000000001",
    "source": "apollo",
    "filename": "people.csv",
    "bytes": 5,
    "sha256": "00",
    "rows": 1,
    "problems": 0,
    "header": ["a"],
    "mapping": {},
    "unmapped": [],
    "received_at": "2026-01-01T00:00:00Z",
}


class Flaky:
    """Answers each request with the next of its answers and keeps what it was asked."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, bytes, str]] = []

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        key = request.headers.get("idempotency-key", "")
        self.asked.append((request.method, str(request.url).partition("/")[2].partition("/")[2], body, key))
        return self.answers.pop(0)

    @contextmanager
    def client(self) -> Iterator[Client]:
        methods = ["GET", "POST", "PUT"]
        app = Starlette(routes=[Route("/{path:path}", self.answer, methods=methods)])
        with serving(app) as url, Client(url, "ll_key") as client:
            yield client


def busy() -> Response:
    problem = {"title": "A part of the service is away", "status": 503, "detail": "Try again.", "trace_id": "ab"}
    return JSONResponse(problem, 503, {"Retry-After": "0"}, "application/problem+json")


def test_a_busy_server_is_asked_again_with_the_same_key_and_body(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"a\r\n1\n")
    flaky = Flaky(busy(), busy(), JSONResponse(UPLOAD, 201))
    with flaky.client() as client:
        assert client.upload(file).rows == 1
    bodies, keys = {body for _, _, body, _ in flaky.asked}, {key for *_, key in flaky.asked}
    assert (len(flaky.asked), bodies, len(keys)) == (3, {b"a\r\n1\n"}, 1)
    assert keys != {""}


def test_an_open_file_is_read_again_from_where_it_stood() -> None:
    stream = io.BytesIO(b"skipped\na\n1\n")
    stream.seek(8)
    flaky = Flaky(busy(), JSONResponse(UPLOAD, 201))
    with flaky.client() as client:
        client.upload(stream, filename="people.csv")
    assert [body for _, _, body, _ in flaky.asked] == [b"a\n1\n", b"a\n1\n"]


def test_what_came_through_a_pipe_is_not_sent_half() -> None:
    read, write = os.pipe()
    os.write(write, b"a\n1\n")
    os.close(write)
    refused = pytest.raises(LeadledgerError, match="a pipe can't be read twice")
    with os.fdopen(read, "rb") as pipe, Flaky(busy(), busy()).client() as client, refused:
        client.upload(pipe, filename="people.csv")


def test_a_refusal_is_told_once_with_what_the_problem_document_says() -> None:
    problem = {"title": "Not found", "status": 404, "detail": "There is no such batch.", "trace_id": "4bf9"}
    flaky = Flaky(JSONResponse(problem, 404, media_type="application/problem+json"))
    with flaky.client() as client, pytest.raises(LeadledgerError) as refused:
        client.batch("0198f3a0-0000-7000-8000-000000000001")
    error = refused.value
    assert (error.status, error.title, error.detail, error.trace_id) == (
        404,
        "Not found",
        "There is no such batch.",
        "4bf9",
    )


def test_a_server_that_stays_busy_is_given_up_on_with_its_own_words() -> None:
    with Flaky(busy(), busy(), busy(), busy()).client() as client, pytest.raises(LeadledgerError, match="Try again"):
        client.providers()


def test_another_program_at_the_address_is_recognised() -> None:
    told = r"not an answer of Leadledger's.*router login"
    flaky = Flaky(PlainTextResponse("<html>router login"))
    with flaky.client() as client, pytest.raises(LeadledgerError, match=told):
        client.providers()


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with Client(url, "ll_key") as client, pytest.raises(UnreachableError, match=url):
        client.providers()


def test_pages_are_followed_to_the_last() -> None:
    pages = [{"leads": [{"name": "A"}], "total": 2, "next": "k1"}, {"leads": [{"name": "B"}], "total": 2, "next": None}]
    flaky = Flaky(*map(JSONResponse, pages))
    with flaky.client() as client:
        assert [lead["name"] for lead in client.leads(country=["France", "Chile"], page=1)] == ["A", "B"]
    paths = [path.partition("/")[2] for _, path, _, _ in flaky.asked]
    assert paths == [
        "leads?limit=1&country=France&country=Chile",
        "leads?limit=1&country=France&country=Chile&after=k1",
    ]


def test_events_go_on_behind_the_last_one_over_a_broken_connection() -> None:
    asked, broken = [], threading.Event()

    async def events(request: Request) -> Response:
        asked.append(int(request.query_params["after"]))

        async def stream() -> AsyncIterator[str]:
            for position in range(asked[-1] + 1, 5):
                yield f"id: {position}\nevent: batch.progressed\ndata: {event_at(position)}\n\n"
                if position == 2 and not broken.is_set():
                    broken.set()
                    yield "id: 3\nevent: batch.progressed\ndata: {"
                    raise ConnectionResetError("cut in the middle of an event")

        return StreamingResponse(stream(), media_type="text/event-stream")

    with serving(Starlette(routes=[Route("/events", events)])) as url, Client(url, "ll_key") as client:
        followed = client.events()
        assert [next(followed).position for _ in range(4)] == [1, 2, 3, 4]
    assert asked == [0, 2]


def event_at(position: int) -> str:
    data = {"type": "batch.progressed", "time": "2026-01-01T00:00:00Z", "data": {"counts": {"running": position}}}
    return json.dumps(data)
