"""Take a callback: keep its bytes, wake its chunk, answer at once; what it says is taken in when the chunk is run."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import orjson
import zstandard
from uuid_utils.compat import uuid7

from services.executor.calls.record import kept_headers
from services.executor.calls.wait import client_of_token, token_digest
from services.executor.configuration import configuration_of
from services.executor.document import ProviderDocument
from services.executor.outcome import Outcome
from services.executor.run_chunk import Executor
from services.executor.store.calls import Call, insert_calls
from services.executor.store.waits import WaitCall, insert_wait_calls, is_known, wait_of_token, wake_chunk
from services.executor.wait_document import Signature
from shared.errors import NotFound, Unauthorized
from shared.events import utc_now
from shared.failpoints import failpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """Whose callback it is: the client, the wait, and what its provider's document says."""

    client_id: UUID
    wait: asyncpg.Record
    document: ProviderDocument


async def find_addressed(executor: Executor, token: str) -> Addressed:
    """Return whose callback has this token; raises NotFound."""
    client_id = client_of_token(token)
    if client_id is not None:
        async with executor.postgres.tenant(client_id) as connection:
            wait = await wait_of_token(connection, client_id, token_digest(token))
        if wait is not None:
            known = await executor.providers.find(client_id, wait["provider"], wait["provider_version"])
            return Addressed(client_id=client_id, wait=wait, document=known.compiled.document)
    raise NotFound("Nobody waits for a callback at this address; call the one that came with the request.")


async def take_callback(executor: Executor, addressed: Addressed, headers: Mapping[str, str], content: bytes) -> bool:
    """Keep the callback; False if the same came before. Raises Unauthorized if it is not signed as it should be.

    One that comes too late is kept as well: it changes nothing any more.
    """
    await _check_signature(executor, addressed, headers, content)
    client_id, wait = addressed.client_id, addressed.wait
    call = _call(wait, headers, content)
    told = WaitCall(
        wait_id=wait["wait_id"],
        call_id=call.call_id,
        kind="callback",
        outcome=Outcome.OK,
        answer_sha256=hashlib.sha256(content).digest(),
    )
    async with executor.postgres.tenant(client_id) as connection:
        if await is_known(connection, client_id, told):
            return False
        await insert_calls(connection, client_id, [call])
        await insert_wait_calls(connection, client_id, [told])
        await wake_chunk(connection, client_id, wait["wait_id"])
    failpoint("executor.called_back_before_answer")
    return True


async def _check_signature(
    executor: Executor, addressed: Addressed, headers: Mapping[str, str], content: bytes
) -> None:
    document = addressed.document
    signature = document.wait.signature if document.wait is not None else None
    if signature is None:
        return
    configuration = await configuration_of(executor.postgres, executor.vault, addressed.client_id, document)
    key = configuration.secrets.get(signature.secret, "")
    if not key or not _is_signed(signature, key, headers, content):
        raise Unauthorized(f"The header {signature.header} does not hold the body's signature; nothing was kept.")


def _is_signed(signature: Signature, key: str, headers: Mapping[str, str], content: bytes) -> bool:
    expected = signature.prefix + hmac.new(key.encode(), content, signature.algorithm).hexdigest()
    given = headers.get(signature.header.lower(), "")
    return hmac.compare_digest(expected.encode(), given.strip().encode())


def _call(wait: asyncpg.Record, headers: Mapping[str, str], content: bytes) -> Call:
    return Call(
        batch_id=wait["batch_id"],
        call_id=uuid7(),
        step=wait["step"],
        provider=wait["provider"],
        provider_version=wait["provider_version"],
        method="POST",
        url="/callbacks/{token}",
        request_sha256=hashlib.sha256(content).digest(),
        request_body=None,
        status=200,
        headers=orjson.dumps(kept_headers(headers)),
        answer_bytes=len(content),
        answer_zstd=zstandard.compress(content, 3) if content else None,
        error=None,
        called_at=utc_now(),
        milliseconds=0,
    )
