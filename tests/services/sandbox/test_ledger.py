"""The ledger knows every call, every charge, and what was charged twice, even after a kill."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from services.sandbox.answer import AskedItem, Outcome
from services.sandbox.ledger import Entry, Ledger
from tests.eventually import eventually
from tests.services.sandbox.conftest import items, set_faults

ADA = {"email": "ada.quillmere@company-3.example.com"}


def entry(identity: str = "email:a@b.example", charged: int = 1) -> Entry:
    item = AskedItem(identity=identity, asked={"email": "a@b.example"}, outcome=Outcome.OK, charged=charged)
    return Entry(
        provider="apollo",
        endpoint="people/match",
        method="POST",
        received_at=1_000.5,
        credential="c0ffee",
        status=200,
        items=(item,),
    )


def test_calls_are_numbered_in_the_order_of_arrival_and_told_in_full(sandbox: httpx.Client) -> None:
    sandbox.post("/function", json=ADA)
    sandbox.get("/pdl/v5/person/enrich", params=ADA)
    calls = sandbox.get("/ledger").json()["calls"]
    assert [(call["n"], call["provider"], call["endpoint"]) for call in calls] == [
        (1, "function", "function"),
        (2, "pdl", "person/enrich"),
    ]
    assert calls[0]["received_at"] <= calls[0]["answered_at"] <= calls[1]["received_at"]
    assert len(calls[0]["credential"]) == 12
    assert (calls[0]["sent"], calls[0]["status"], calls[0]["method"]) == (True, 200, "POST")
    assert calls[0]["items"] == [
        {"identity": "email:ada.quillmere@company-3.example.com", "asked": ADA, "outcome": "ok", "charged": 1}
    ]


def test_pages_go_on_after_a_number_and_can_be_one_provider_s(sandbox: httpx.Client) -> None:
    for n in range(5):
        sandbox.post("/function", json={"email": f"ada{n}@company-3.example.com"})
        sandbox.get("/pdl/v5/person/enrich", params=ADA)
    first = sandbox.get("/ledger", params={"provider": "pdl", "limit": 3}).json()
    assert ([call["n"] for call in first["calls"]], first["next"]) == ([2, 4, 6], 6)
    rest = sandbox.get("/ledger", params={"provider": "pdl", "limit": 3, "after": 6}).json()
    assert ([call["n"] for call in rest["calls"]], rest["next"]) == ([8, 10], None)


def test_a_question_charged_twice_is_told(sandbox: httpx.Client) -> None:
    for _ in range(3):
        sandbox.post("/function", json=ADA)
    sandbox.post("/function", json={"email": "ivo@company-3.example.com"})
    sandbox.post("/function", json=ADA, headers={"x-api-key": "another-client"})
    sandbox.get("/pdl/v5/person/enrich", params=ADA)
    summary = sandbox.get("/ledger/summary").json()
    assert [
        (one["provider"], one["endpoint"], one["identity"], one["times"]) for one in summary["charged_more_than_once"]
    ] == [("function", "function", "email:ada.quillmere@company-3.example.com", 3)]
    assert summary["providers"]["function"]["calls"] == 5


def test_an_emptied_ledger_begins_at_one_again(sandbox: httpx.Client) -> None:
    sandbox.post("/function", json=ADA)
    sandbox.delete("/ledger")
    assert sandbox.get("/ledger").json() == {"calls": [], "next": None}
    sandbox.post("/function", json=ADA)
    assert [call["n"] for call in sandbox.get("/ledger").json()["calls"]] == [1]
    assert len(items(sandbox)) == 1


def test_a_ledger_in_a_file_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    before = Ledger(path)
    before.settle(before.record(entry()), sent=True)
    before.record(entry())
    before.close()
    with path.open("ab") as file:
        file.write(b'{"n":3,"provider":"apo')
    after = Ledger(path)
    assert after.record(entry("email:c@d.example")) == 3
    after.close()
    calls = Ledger(path).page(provider=None, after=0, limit=10)["calls"]
    assert isinstance(calls, list)
    assert [(call["n"], call["sent"]) for call in calls] == [(1, True), (2, None), (3, None)]
    repeated = after.summary()["charged_more_than_once"]
    assert isinstance(repeated, list)
    assert [one["times"] for one in repeated] == [2]


async def test_a_killed_sandbox_knows_what_it_charged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    with running(path) as (process, client):
        await eventually(lambda: up(client), within=20)
        client.post("/function", json=ADA, headers={"idempotency-key": "a-1"}).raise_for_status()
        set_faults(client, {"kind": "hang"})
        try:
            client.post("/function", json={"email": "ivo@company-3.example.com"}, timeout=0.2)
        except httpx.ReadTimeout:
            process.send_signal(signal.SIGKILL)
            process.wait(10)
    assert [json.loads(line)["n"] for line in path.read_bytes().splitlines()][:3] == [1, 1, 2]
    with running(path) as (_, client):
        await eventually(lambda: up(client), within=20)
        again = client.post("/function", json=ADA, headers={"idempotency-key": "a-1"})
        assert again.status_code == 200
        calls = client.get("/ledger").json()["calls"]
    assert [(call["n"], call["replayed"], call["items"][0]["charged"]) for call in calls] == [
        (1, False, 1),
        (2, False, 1),
        (3, True, 0),
    ]


@contextmanager
def running(ledger: Path) -> Iterator[tuple[subprocess.Popen[bytes], httpx.Client]]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "services.sandbox.app:app", "--port", str(port), "--log-level", "error"]
    process = subprocess.Popen(command, env={**os.environ, "SANDBOX_LEDGER_FILE": str(ledger)})
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"x-api-key": "key"}) as client:
            yield process, client
    finally:
        process.terminate()
        process.wait(10)


def up(client: httpx.Client) -> bool:
    try:
        return client.get("/health").status_code == 200
    except httpx.ConnectError:
        return False
