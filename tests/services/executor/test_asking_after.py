"""Answers that are asked for: at an address that was told, or at the end of a chain of redirects."""

from typing import Any

import httpx
from fastapi import FastAPI

from tests.eventually import eventually
from tests.rabbitmq import free_port
from tests.services.executor.conftest import Finished, Launch, Owner, amend, person
from tests.services.executor.waiting import (
    outcomes,
    posts,
    served,
    waits,
)

KEY = "good"


POLLED = {
    "name": "polled",
    "version": 1,
    "title": "Polled",
    "sources": ["apollo"],
    "steps": [{"name": "email", "provider": "fullenrich-poll"}],
}


async def test_a_request_is_asked_after_until_it_is_done(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "fullenrich-poll", wait={"every_seconds": 0.2})
    await sandbox.put("/faults", json=[{"kind": "work", "ms": 900}])
    batch_id = await launch([person(n) for n in range(20)], workflow=POLLED)
    counts = await finished(batch_id)
    assert counts["succeeded"] + counts["no_match"] == 20
    assert await waits(owner, batch_id, "question") >= 2
    assert await posts(sandbox, "fullenrich") == 1


async def test_asking_again_survives_failures_of_the_provider(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "fullenrich-poll", wait={"every_seconds": 0.1})
    faults = [
        {"kind": "status", "status": 503, "endpoint": "contact/enrich/bulk/id", "first": 1},
        {"kind": "close", "endpoint": "contact/enrich/bulk/id", "every": 2, "first": 2},
    ]
    await sandbox.put("/faults", json=faults)
    batch_id = await launch([person(1)], workflow=POLLED)
    counts = await finished(batch_id)
    assert counts["succeeded"] + counts["no_match"] == 1
    assert await posts(sandbox, "fullenrich") == 1


async def test_a_chain_of_redirects_is_followed_by_get_and_started_once(
    configured: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "modal-function", wait={"every_seconds": 0})
    await sandbox.put("/faults", json=[{"kind": "work", "ms": 3000}])
    batch_id = await launch([person(1), person(2)], workflow="modal-function")
    counts = await finished(batch_id)
    assert counts["succeeded"] + counts["no_match"] == 2
    assert await waits(owner, batch_id, "question") >= 4
    assert await posts(sandbox, "modal") == 2


async def test_a_function_that_answers_in_time_is_not_waited_for(
    configured: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(1)], workflow="modal-function")
    await finished(batch_id)
    assert await waits(owner, batch_id, "submission") == 0


async def test_credentials_are_sent_only_where_the_first_request_went(
    api: httpx.AsyncClient, launch: Launch, owner: Owner, executor: FastAPI
) -> None:
    seen: list[dict[str, str]] = []

    async def elsewhere(scope: Any, receive: Any, send: Any) -> None:
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        seen.append({"path": scope["path"], **headers})
        if scope["path"] == "/start":
            location = f"http://localhost:{port}/result".encode()
            await send({"type": "http.response.start", "status": 303, "headers": [(b"location", location)]})
            await send({"type": "http.response.body", "body": b""})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send(
            {"type": "http.response.body", "body": b'{"ok": true, "outcome": "ok", "data": {"a": 1}, "cost": 1}'}
        )

    port = free_port()
    amend(executor, "modal-function", wait={"every_seconds": 0})
    given = {
        "variables": {"url": f"http://127.0.0.1:{port}/start"},
        "secrets": {"modal_key": "wk-secret", "modal_secret": "ws-secret"},
    }
    (await api.put("/providers/modal-function/configuration", json=given)).raise_for_status()
    async with served(elsewhere, f"http://127.0.0.1:{port}"):  # type: ignore[arg-type]
        batch_id = await launch([person(1)], workflow="modal-function")

        async def answered() -> bool:
            return len(await outcomes(owner, batch_id)) == 1

        await eventually(answered)
    assert [each["path"] for each in seen] == ["/start", "/result"]
    assert seen[0]["modal-key"] == "wk-secret"
    assert not {"modal-key", "modal-secret"} & set(seen[1])
