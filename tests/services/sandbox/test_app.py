"""The sandbox runs alone or under a prefix of another application."""

import httpx
import pytest
from fastapi import FastAPI

from services.sandbox.app import create_sandbox
from services.sandbox.settings import SandboxSettings
from tests.serving import serving

ADA = {"email": "ada.quillmere@company-3.example.com"}


@pytest.fixture
def mounted() -> FastAPI:
    outer = FastAPI()
    outer.mount("/sandbox", create_sandbox(SandboxSettings(seed=1, ledger_file=None)))
    return outer


async def test_it_answers_under_a_prefix(mounted: FastAPI) -> None:
    transport = httpx.ASGITransport(mounted)
    async with httpx.AsyncClient(transport=transport, base_url="http://test/sandbox") as client:
        answer = await client.post("/function", json=ADA, headers={"x-api-key": "key"})
        assert answer.json()["data"]["name"] == "Ada Quillmere"
        assert (await client.get("/ledger/summary")).json()["calls"] == 1


def test_a_cut_connection_breaks_the_answer_off_under_a_prefix(mounted: FastAPI) -> None:
    headers = {"x-api-key": "key", "connection": "close"}
    with serving(mounted) as url, httpx.Client(base_url=f"{url}/sandbox", headers=headers) as client:
        client.put("/faults", json=[{"kind": "close"}])
        with pytest.raises(httpx.RemoteProtocolError):
            client.post("/function", json=ADA)
        call = client.get("/ledger").json()["calls"][0]
        assert (call["sent"], call["items"][0]["charged"]) == (False, 1)


def test_unknown_paths_and_methods_are_refused(sandbox: httpx.Client) -> None:
    assert sandbox.get("/apollo/api/v1/nothing").status_code == 404
    assert sandbox.get("/apollo/api/v1/people/match").status_code == 405
    assert sandbox.get("/ledger").json()["calls"] == []
