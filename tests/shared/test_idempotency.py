"""A repeated request has one effect and one answer."""

import asyncio
from uuid import UUID, uuid4

import orjson
import pytest

from shared.events import BatchPaused
from shared.idempotency import Answer, KeyReused, earlier_answer, once, store_answer
from shared.outbox import append_event
from shared.postgres import Postgres
from tests.conftest import Owner


async def pause(postgres: Postgres, client_id: UUID, key: str | None, reason: str = "quota") -> Answer:
    """Do something that must happen once, as a use case does it."""
    request = once(client_id, "POST /batches", key, asked={"reason": reason})
    async with postgres.tenant(client_id) as connection:
        if (earlier := await earlier_answer(connection, request)) is not None:
            return earlier
        data = BatchPaused(client_id=client_id, batch_id=uuid4(), reason=reason)
        event_id = await append_event(connection, "ingest", data)
        answer = Answer(status=202, body={"event_id": str(event_id)})
        await store_answer(connection, request, answer)
    return answer


async def effects(owner: Owner) -> int:
    count: int = await owner.fetchval("SELECT count(*) FROM outbox")
    return count


async def test_the_same_key_gets_the_first_answer_again(postgres: Postgres, owner: Owner, client_id: UUID) -> None:
    first = await pause(postgres, client_id, "k1")
    again = await pause(postgres, client_id, "k1")
    assert (first.replayed, again.replayed) == (False, True)
    assert (again.status, again.body) == (202, first.body)
    assert await effects(owner) == 1


async def test_the_same_key_many_times_at_once_has_one_effect(
    postgres: Postgres, owner: Owner, client_id: UUID
) -> None:
    answers = await asyncio.gather(*(pause(postgres, client_id, "k1") for _ in range(8)))
    assert len({str(answer.body) for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert await effects(owner) == 1


async def test_a_request_that_failed_leaves_its_key_free(postgres: Postgres, owner: Owner, client_id: UUID) -> None:
    request = once(client_id, "POST /batches", "k1", asked={"reason": "quota"})

    async def fail() -> None:
        async with postgres.tenant(client_id) as connection:
            assert await earlier_answer(connection, request) is None
            await store_answer(connection, request, Answer(status=202, body={}))
            raise RuntimeError("after all")

    with pytest.raises(RuntimeError, match="after all"):
        await fail()
    assert not (await pause(postgres, client_id, "k1")).replayed
    assert await effects(owner) == 1


async def test_the_same_key_for_something_else_is_refused(postgres: Postgres, owner: Owner, client_id: UUID) -> None:
    await pause(postgres, client_id, "k1", "quota")
    with pytest.raises(KeyReused, match="Use a new Idempotency-Key") as refused:
        await pause(postgres, client_id, "k1", "budget")
    assert (refused.value.status, refused.value.slug) == (422, "idempotency-key-reused")
    assert await effects(owner) == 1


async def test_the_order_of_what_was_asked_does_not_matter(client_id: UUID) -> None:
    first = once(client_id, "POST /batches", "k1", asked={"a": 1, "b": 2})
    assert first == once(client_id, "POST /batches", "k1", asked={"b": 2, "a": 1})


async def test_another_route_or_client_may_use_the_same_key(
    postgres: Postgres, owner: Owner, client_id: UUID, other_key: str
) -> None:
    other: UUID = await owner.fetchval("SELECT client_id FROM clients WHERE name = 'globex'")
    await pause(postgres, client_id, "k1")
    assert not (await pause(postgres, other, "k1")).replayed
    request = once(client_id, "POST /uploads", "k1", asked={})
    async with postgres.tenant(client_id) as connection:
        assert await earlier_answer(connection, request) is None


async def test_without_a_key_every_request_is_a_new_one(postgres: Postgres, owner: Owner, client_id: UUID) -> None:
    await pause(postgres, client_id, None)
    await pause(postgres, client_id, None)
    assert await effects(owner) == 2


def test_a_replayed_answer_says_so() -> None:
    response = Answer(status=202, body={"batch_id": "b"}, replayed=True).response()
    assert response.status_code == 202
    assert orjson.loads(bytes(response.body)) == {"batch_id": "b"}
    assert response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in Answer(status=202, body={}).response().headers
