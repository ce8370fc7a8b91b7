"""Whatever goes wrong, the answer is a problem document with a trace id to quote."""

import asyncio
import re

import httpx
import pytest

from shared.http import REQUEST_SECONDS
from shared.settings import Settings
from tests.postgres import PrivatePostgres
from tests.shared.serving import bearer, serving

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = f"00-{TRACE}-b7ad6b7169203331-01"


def assert_problem(answer: httpx.Response, *, status: int, slug: str) -> dict[str, object]:
    """Check the form of a problem document and return it."""
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    document: dict[str, object] = answer.json()
    assert document["type"] == f"urn:leadledger:problem:{slug}"
    assert document["status"] == status
    assert document["instance"] == answer.request.url.path
    assert document["title"]
    assert document["detail"]
    assert re.fullmatch("[0-9a-f]{32}", str(document["trace_id"]))
    assert answer.headers["x-trace-id"] == document["trace_id"]
    return document


async def test_a_problem_is_answered_with_its_own_status_and_extensions(settings: Settings) -> None:
    async with serving(settings) as client:
        assert_problem(await client.get("/refused/not-found"), status=404, slug="not-found")
        conflict = assert_problem(await client.get("/refused/conflict"), status=409, slug="conflict")
    assert conflict["detail"] == "The batch runs."
    assert conflict["batch_state"] == "running"


async def test_an_unknown_path_is_404_and_a_wrong_method_405(settings: Settings) -> None:
    async with serving(settings) as client:
        nowhere = assert_problem(await client.get("/nowhere"), status=404, slug="not-found")
        wrong = await client.delete("/me")
        assert_problem(wrong, status=405, slug="method-not-allowed")
    assert nowhere["detail"] == "Not Found: GET /nowhere. The API is described at /docs."
    assert wrong.headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("body", "at"),
    [(b'{"items": "many"}', "body.items"), (b"{", "body"), (b"{}", "body.items")],
    ids=["wrong type", "no JSON", "missing"],
)
async def test_a_request_that_does_not_fit_is_422_and_says_where(
    settings: Settings, api_key: str, body: bytes, at: str
) -> None:
    headers = bearer(api_key) | {"Content-Type": "application/json"}
    async with serving(settings) as client:
        answer = await client.post("/orders", headers=headers, content=body)
    document = assert_problem(answer, status=422, slug="invalid-request")
    errors = document["errors"]
    assert isinstance(errors, list)
    assert errors[0]["at"].startswith(at)
    assert errors[0]["at"] in str(document["detail"])


async def test_an_empty_idempotency_key_is_422(settings: Settings, api_key: str) -> None:
    async with serving(settings) as client:
        answer = await client.post("/orders", headers=bearer(api_key) | {"Idempotency-Key": ""}, json={"items": 1})
    assert_problem(answer, status=422, slug="invalid-request")


async def test_a_fault_of_ours_is_500_with_the_trace_id_and_without_the_error(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(settings) as client:
        answer = await client.get("/refused/bug", headers={"traceparent": PARENT})
    document = assert_problem(answer, status=500, slug="internal")
    assert document["trace_id"] == TRACE
    assert "canary-in-the-error" not in answer.text
    logged = capsys.readouterr().err
    assert "canary-in-the-error" in logged
    assert TRACE in logged


async def test_a_fault_in_the_middle_of_an_answer_cuts_it(settings: Settings) -> None:
    async with serving(settings, raising=True) as client:
        with pytest.raises(ZeroDivisionError):
            await client.get("/half")


async def test_a_full_disk_is_503(settings: Settings) -> None:
    async with serving(settings) as client:
        answer = await client.get("/refused/full")
    assert_problem(answer, status=503, slug="unavailable")
    assert answer.headers["Retry-After"] == "5"


async def test_while_the_database_is_down_requests_are_503_and_readiness_says_so(
    settings: Settings, private_postgres: PrivatePostgres, api_key: str
) -> None:
    async with serving(settings.model_copy(update={"database_url": private_postgres.url})) as client:
        assert (await client.get("/me", headers=bearer(api_key))).status_code == 401  # not a key of this database
        assert (await client.get("/readyz")).json() == {"ready": True, "checks": {"database": "ok"}}
        await asyncio.to_thread(private_postgres.stop, "immediate")
        down = await client.get("/me", headers=bearer(api_key))
        assert_problem(down, status=503, slug="unavailable")
        assert down.headers["Retry-After"] == "5"
        readiness = await client.get("/readyz")
        assert readiness.status_code == 503
        assert readiness.json()["ready"] is False
        assert "The database does not answer" in readiness.json()["checks"]["database"]
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        await asyncio.to_thread(private_postgres.start)
        assert (await client.get("/me", headers=bearer(api_key))).status_code == 401
        assert (await client.get("/readyz")).status_code == 200


async def test_a_frozen_database_is_told_in_time_and_costs_no_connection(
    settings: Settings, private_postgres: PrivatePostgres, api_key: str
) -> None:
    async with serving(settings.model_copy(update={"database_url": private_postgres.url})) as client:
        assert (await client.get("/readyz")).status_code == 200
        await asyncio.to_thread(private_postgres.freeze)
        async with asyncio.timeout(10):
            assert (await client.get("/readyz")).status_code == 503
        hanging = [asyncio.create_task(client.get("/me", headers=bearer(api_key))) for _ in range(8)]
        await asyncio.to_thread(private_postgres.thaw)
        answers = await asyncio.gather(*hanging)
        assert {answer.status_code for answer in answers} <= {401, 503}
        assert (await client.get("/me", headers=bearer(api_key))).status_code == 401
        assert (await client.get("/readyz")).status_code == 200


async def test_the_callers_trace_is_continued(settings: Settings) -> None:
    async with serving(settings) as client:
        inside = (await client.get("/trace", headers={"traceparent": PARENT})).json()
        fresh = (await client.get("/trace")).json()
        broken = (await client.get("/trace", headers={"traceparent": "00-nonsense"})).json()
    assert inside["trace_id"] == TRACE
    assert inside["traceparent"].startswith(f"00-{TRACE}-")
    assert "b7ad6b7169203331" not in inside["traceparent"]
    assert re.fullmatch("[0-9a-f]{32}", fresh["trace_id"])
    assert re.fullmatch("[0-9a-f]{32}", broken["trace_id"])


async def test_requests_are_counted_by_route_and_status(settings: Settings) -> None:
    def counted(route: str, status: int) -> float:
        samples = next(iter(REQUEST_SECONDS.collect())).samples
        wanted = {"method": "GET", "route": route, "status": str(status)}
        return sum(each.value for each in samples if each.name.endswith("_count") and each.labels == wanted)

    before = counted("/refused/{how}", 404), counted("/refused/{how}", 500), counted("unmatched", 404)
    async with serving(settings) as client:
        for path in ("/refused/not-found", "/refused/bug", "/nowhere"):
            await client.get(path)
        exposed = (await client.get("/metrics")).text
    after = counted("/refused/{how}", 404), counted("/refused/{how}", 500), counted("unmatched", 404)
    assert after == tuple(count + 1 for count in before)
    assert 'leadledger_request_seconds_count{method="GET",route="/refused/{how}",status="404"}' in exposed
