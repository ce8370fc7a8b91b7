"""One origin over several applications."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from services.one_origin import OneOrigin
from shared.http import create_service


@asynccontextmanager
async def no_lifespan(_: FastAPI) -> AsyncIterator[None]:
    yield


def answering(*paths: tuple[str, str], name: str) -> FastAPI:
    router = APIRouter()
    for method, path in paths:

        async def answer() -> dict[str, str]:
            return {"answered_by": name}

        router.add_api_route(path, answer, methods=[method], name=f"{name}{method}{path}")
    return create_service(f"Leadledger {name}", routers=[router], lifespan=no_lifespan)


@pytest.fixture
def origin(tmp_path: Path) -> OneOrigin:
    (tmp_path / "index.html").write_text("<title>console</title>")
    (tmp_path / "app.js").write_text("run()")
    edge = answering(("GET", "/own"), name="edge")
    first = answering(("GET", "/batches"), ("GET", "/batches/{batch_id}"), name="first")
    second = answering(("GET", "/leads"), ("POST", "/batches"), ("GET", "/batches/{batch_id}/verify"), name="second")
    return OneOrigin([edge, first, second], files=tmp_path)


async def asked(origin: OneOrigin, method: str, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=origin)
    async with httpx.AsyncClient(transport=transport, base_url="http://leadledger.example") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/own", "edge"),
        ("GET", "/batches", "first"),
        ("GET", "/batches/b1", "first"),
        ("POST", "/batches", "second"),
        ("GET", "/batches/b1/verify", "second"),
        ("GET", "/leads?q=x", "second"),
    ],
)
async def test_a_request_reaches_the_application_with_its_path_and_method(
    origin: OneOrigin, method: str, path: str, name: str
) -> None:
    response = await asked(origin, method, path)
    assert (response.status_code, response.json()) == (200, {"answered_by": name})


async def test_a_known_path_with_another_method_is_405_and_says_what_is_allowed(origin: OneOrigin) -> None:
    response = await asked(origin, "DELETE", "/leads")
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/nowhere", "/batches/b1/nowhere", "/%00", "/..%2f..%2fetc/passwd", "/" + "x" * 5000])
async def test_an_unknown_path_is_404_as_a_problem_document(origin: OneOrigin, path: str) -> None:
    response = await asked(origin, "GET", path)
    assert (response.status_code, response.json()["title"]) == (404, "Not Found")


async def test_a_slash_too_many_leads_to_the_application_without_it(origin: OneOrigin) -> None:
    response = await asked(origin, "GET", "/leads/")
    assert (response.status_code, response.headers["location"]) == (307, "http://leadledger.example/leads")


@pytest.mark.parametrize(("path", "text"), [("/", "<title>console</title>"), ("/app.js", "run()")])
async def test_what_no_application_has_may_be_a_file(origin: OneOrigin, path: str, text: str) -> None:
    response = await asked(origin, "GET", path)
    assert (response.status_code, response.text) == (200, text)


async def test_a_file_can_only_be_read(origin: OneOrigin) -> None:
    assert (await asked(origin, "POST", "/app.js")).status_code == 404


async def test_without_a_console_the_root_is_not_found() -> None:
    origin = OneOrigin([answering(("GET", "/own"), name="edge")])
    assert (await asked(origin, "GET", "/")).status_code == 404
