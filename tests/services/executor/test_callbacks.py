"""Answers that are called back: each exactly once, from whoever was told the address, or asked for in the end."""

import hashlib
import hmac
from base64 import urlsafe_b64encode

import httpx
import orjson
import pytest
from fastapi import FastAPI

from shared.settings import Settings
from tests.eventually import eventually
from tests.services.executor.conftest import Finished, Launch, Owner, amend, person
from tests.services.executor.waiting import (
    charged_twice,
    outcomes,
    posts,
    until_told,
    waits,
)

KEY = "good"


async def test_a_contact_found_is_called_back_and_charged_once(
    reachable: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(120)], workflow="fullenrich-email")
    counts = await finished(batch_id)
    assert sum(counts.values()) == 120
    assert counts["succeeded"] > 80
    assert {each[0] for each in await outcomes(owner, batch_id)} == {"ok", "no_match"}
    assert await waits(owner, batch_id, "submission") == 2
    asked = await owner.fetch(
        """
        SELECT input->>'last_name' AS asked, json_payload#>>'{profile,last_name}' AS answered, cost_source
        FROM enrichment_results JOIN batch_items USING (client_id, batch_item_id)
        WHERE enrichment_results.batch_id = $1 AND outcome = 'ok'
        """,
        batch_id,
    )
    assert {row["cost_source"] for row in asked} == {"callback"}
    assert [row["asked"] for row in asked] == [row["answered"] for row in asked]
    assert not await charged_twice(sandbox)
    assert (await reachable.get(f"/batches/{batch_id}/verify")).json()["verified"] is True


async def test_the_address_of_a_callback_is_stored_nowhere(
    reachable: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner, executor_settings: Settings
) -> None:
    batch_id = await launch([person(1)], workflow="clay-person")
    await finished(batch_id)
    stored = await owner.fetch("SELECT request_body::text, url FROM provider_calls WHERE batch_id = $1", batch_id)
    assert stored
    for row in stored:
        assert f"{executor_settings.public_url}/callbacks" not in f"{row['request_body']} {row['url']}"


async def test_clay_answers_each_row_by_a_callback(
    reachable: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    batch_id = await launch([person(n) for n in range(30)], workflow="clay-person")
    counts = await finished(batch_id)
    assert sum(counts.values()) == 30
    assert {each[0] for each in await outcomes(owner, batch_id)} == {"ok", "no_match"}
    assert await posts(sandbox, "clay") == 30


async def test_a_callback_that_comes_twice_is_taken_once(
    reachable: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, finished: Finished, owner: Owner
) -> None:
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "twice"}])
    batch_id = await launch([person(n) for n in range(10)], workflow="clay-person")
    counts = await finished(batch_id)
    assert sum(counts.values()) == 10
    assert all(len(each) == 1 for each in await outcomes(owner, batch_id))
    assert await waits(owner, batch_id, "callback") == 10


async def test_a_callback_that_never_comes_expires(
    reachable: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "clay-table", wait={"expires_seconds": 0.6})
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "lost"}])
    batch_id = await launch([person(1), person(2)], workflow="clay-person")
    counts = await finished(batch_id)
    assert counts["failed"] == 2
    assert await outcomes(owner, batch_id) == [["expired"], ["expired"]]


async def test_a_callback_after_the_time_is_kept_and_changes_nothing(
    reachable: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "clay-table", wait={"expires_seconds": 0.3})
    await sandbox.put("/faults", json=[{"kind": "work", "ms": 1500}])
    batch_id = await launch([person(1)], workflow="clay-person")
    await finished(batch_id)
    await until_told(owner, batch_id, "callback")
    assert await outcomes(owner, batch_id) == [["expired"]]


async def test_without_callbacks_the_provider_is_asked(
    reachable: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "fullenrich-bulk", wait={"every_seconds": 0.5})
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "lost"}])
    batch_id = await launch([person(n) for n in range(20)], workflow="fullenrich-email")
    counts = await finished(batch_id)
    assert counts["succeeded"] + counts["no_match"] == 20
    assert await posts(sandbox, "fullenrich") == 1


async def test_a_callback_without_its_signature_is_refused_and_the_provider_asked(
    reachable: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor: FastAPI,
) -> None:
    amend(executor, "fullenrich-bulk", wait={"every_seconds": 1})
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "unsigned"}])
    batch_id = await launch([person(1)], workflow="fullenrich-email")
    await finished(batch_id)
    assert await waits(owner, batch_id, "callback") == 0
    assert await waits(owner, batch_id, "question") > 0


@pytest.mark.parametrize("token", ["nonsense", urlsafe_b64encode(bytes(48)).decode(), "%2e%2e"])
async def test_nobody_waits_at_an_unknown_address(token: str, api: httpx.AsyncClient) -> None:
    answer = await api.post(f"/callbacks/{token}", content=b"{}")
    assert answer.status_code == 404


async def test_a_callback_needs_no_key_but_its_signature(
    reachable: httpx.AsyncClient,
    sandbox: httpx.AsyncClient,
    launch: Launch,
    finished: Finished,
    owner: Owner,
    executor_settings: Settings,
) -> None:
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "lost"}])
    batch_id = await launch([person(1)], workflow="fullenrich-email")
    await until_told(owner, batch_id, "submission")
    calls = (await sandbox.get("/ledger", params={"provider": "fullenrich"})).json()["calls"]
    ref = calls[0]["items"][0]["asked"]["custom"]["ref"]
    url = await _callback_url(sandbox)
    body = orjson.dumps({"status": "FINISHED", "data": [{"custom": {"ref": ref}, "contact_info": {"work_emails": []}}]})
    signature = hmac.new(KEY.encode(), body, hashlib.sha1).hexdigest()
    async with httpx.AsyncClient() as client:
        unsigned = await client.post(url, content=body)
        wrong = await client.post(url, content=body, headers={"X-Signature-SHA1": "0" * 40})
        signed = await client.post(url, content=body, headers={"X-Signature-SHA1": signature})
        again = await client.post(url, content=body, headers={"X-Signature-SHA1": signature})
    assert [each.status_code for each in (unsigned, wrong, signed, again)] == [401, 401, 200, 200]
    assert (signed.json(), again.json()) == ({"taken": True}, {"taken": False})
    assert (await finished(batch_id))["no_match"] == 1


async def _callback_url(sandbox: httpx.AsyncClient) -> str:
    """Return the address that the last request of FullEnrich named."""
    told = (await sandbox.get("/works")).json()
    return str(told[-1]["callbacks"][0])


async def test_a_callback_may_not_be_longer_than_an_answer(
    reachable: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner, executor: FastAPI
) -> None:
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "lost"}])
    batch_id = await launch([person(1)], workflow="clay-person")
    await until_told(owner, batch_id, "submission")
    amend(executor, "clay-table", limits={"answer_max_bytes": 10})
    async with httpx.AsyncClient() as client:
        answer = await client.post(await _callback_url(sandbox), content=b"x" * 11)
    assert answer.status_code == 413
    (await reachable.post(f"/batches/{batch_id}/cancel")).raise_for_status()


async def test_a_cancelled_batch_gives_its_waits_up_as_unknown(
    reachable: httpx.AsyncClient, sandbox: httpx.AsyncClient, launch: Launch, owner: Owner
) -> None:
    await sandbox.put("/faults", json=[{"kind": "callback", "how": "lost"}])
    batch_id = await launch([person(1)], workflow="clay-person")
    await until_told(owner, batch_id, "submission")
    (await reachable.post(f"/batches/{batch_id}/cancel")).raise_for_status()

    async def given_up() -> bool:
        return await outcomes(owner, batch_id) == [["unknown"]]

    await eventually(given_up)
