"""Repeated requests: the first answer is stored with the effect and given again, the effect is not repeated."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import Header
from fastapi.responses import Response

from shared.errors import Unprocessable
from shared.postgres import Connection

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any text of your own. A repeated request with the same key gets the first answer again.",
    ),
]


class KeyReused(Unprocessable):
    """The Idempotency-Key belongs to a request that asked for something else."""

    slug = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """What makes a request the same one: the client, the route and the key; and what it asked for."""

    client_id: UUID
    route: str
    key: str | None
    fingerprint: bytes


def once(client_id: UUID, route: str, key: str | None, *, asked: object) -> Once:
    """Return the identity of a request; `asked` is anything JSON can hold, a digest of a long body included."""
    asked_json = orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)
    return Once(client_id=client_id, route=route, key=key, fingerprint=hashlib.sha256(asked_json).digest())


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer, given for the first time or again."""

    status: int
    body: Mapping[str, object]
    replayed: bool = False

    def response(self) -> Response:
        """Return it as HTTP; a replayed one says so in `Idempotent-Replayed`."""
        headers = {"Idempotent-Replayed": "true"} if self.replayed else {}
        return Response(orjson.dumps(self.body), self.status, headers, "application/json")


async def earlier_answer(connection: Connection, request: Once) -> Answer | None:
    """Return the stored answer to this request, or None if it is new; raises KeyReused.

    Waits while the same request is at work in another transaction: the advisory lock ends with it.
    """
    if request.key is None:
        return None
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
        f"{request.client_id} {request.route} {request.key}",
    )
    row = await connection.fetchrow(
        "SELECT fingerprint, status, response FROM idempotency_keys WHERE client_id = $1 AND route = $2 AND key = $3",
        request.client_id,
        request.route,
        request.key,
    )
    if row is None:
        return None
    if row["fingerprint"] != request.fingerprint:
        raise KeyReused("Use a new Idempotency-Key: this one belongs to a request with other content.")
    return Answer(status=row["status"], body=row["response"], replayed=True)


async def store_answer(connection: Connection, request: Once, answer: Answer) -> None:
    """Keep the answer, in the transaction of the effect."""
    if request.key is None:
        return
    await connection.execute(
        """
        INSERT INTO idempotency_keys (client_id, route, key, fingerprint, status, response)
        VALUES ($1, $2, $3, $4, $5, $6)
        """,
        request.client_id,
        request.route,
        request.key,
        request.fingerprint,
        answer.status,
        dict(answer.body),
    )
