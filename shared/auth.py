"""API keys: who calls (the client comes from the key alone), and what the key may do."""

import hashlib
import secrets
import string
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import asyncpg
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.errors import Forbidden, Unauthorized
from shared.postgres import Postgres

_PREFIX = "ll_"
_ALPHABET = string.digits + string.ascii_letters
_RANDOM_CHARS = 32


class Scope(StrEnum):
    """What a key may do. `admin` may do everything of its client."""

    UPLOAD = "upload"
    LAUNCH = "launch"
    READ = "read"
    CUSTOMERS = "customers"
    PROVIDERS = "providers"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who makes this request."""

    client_id: UUID
    key_id: UUID
    scopes: frozenset[str]


def new_key() -> str:
    """Return a fresh key: prefix, 190 random bits, and a checksum that secret scanners can use."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARS))
    return f"{_PREFIX}{body}{_checksum(body)}"


def is_well_formed(key: str) -> bool:
    """Tell whether the checksum fits; a mistyped key needs no look-up."""
    body = key.removeprefix(_PREFIX)
    return key.startswith(_PREFIX) and len(body) == _RANDOM_CHARS + 8 and _checksum(body[:-8]) == body[-8:]


def digest(key: str) -> bytes:
    """Return what is stored of a key. Its 190 random bits need no slow hash."""
    return hashlib.sha256(key.encode()).digest()


def _checksum(body: str) -> str:
    return format(zlib.crc32(body.encode()), "08x")


async def create_key(
    owner: "asyncpg.Connection[asyncpg.Record]",
    *,
    client: str,
    name: str,
    scopes: frozenset[Scope],
    expires_at: datetime | None = None,
) -> str:
    """Make a key for the client of this name, and the client if it is new; return the key, shown only now.

    Needs the owner's connection: no service may make keys.
    """
    key = new_key()
    async with owner.transaction():
        client_id = await owner.fetchval(
            """
            INSERT INTO shared.clients (name) VALUES ($1)
            ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING client_id
            """,
            client,
        )
        await owner.execute(
            """
            INSERT INTO shared.api_keys (client_id, name, key_sha256, scopes, expires_at)
            VALUES ($1, $2, $3, $4, $5)
            """,
            client_id,
            name,
            digest(key),
            sorted(scopes),
            expires_at,
        )
    return key


_bearer = HTTPBearer(auto_error=False, description="An API key: `Authorization: Bearer ll_...`")


async def authenticate(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Return who calls; raises Unauthorized for a missing, mistyped, revoked or expired key."""
    if credentials is None:
        raise Unauthorized("Send your API key as `Authorization: Bearer ll_...`; `leadledger keys create` makes one.")
    caller = None
    if is_well_formed(credentials.credentials):
        postgres: Postgres = request.app.state.postgres
        caller = await _find_caller(postgres, digest(credentials.credentials))
    if caller is None:
        raise Unauthorized("This API key is not known, or it is revoked or expired; ask for a new one.")
    return caller


async def _find_caller(postgres: Postgres, key_sha256: bytes) -> Caller | None:
    async with postgres.duties() as connection:
        row = await connection.fetchrow(
            """
            SELECT client_id, key_id, scopes FROM api_keys
            WHERE key_sha256 = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
            """,
            key_sha256,
        )
    if row is None:
        return None
    return Caller(client_id=row["client_id"], key_id=row["key_id"], scopes=frozenset(row["scopes"]))


def requires(scope: Scope) -> Callable[[Caller], Awaitable[Caller]]:
    """Return a dependency that yields the caller if the key has this scope; raises Forbidden otherwise."""

    async def allowed(caller: Annotated[Caller, Depends(authenticate)]) -> Caller:
        require(caller, scope)
        return caller

    return allowed


def require(caller: Caller, scope: Scope) -> None:
    """Raise Forbidden unless the caller's key has this scope."""
    if not caller.scopes & {scope, Scope.ADMIN}:
        raise Forbidden(f"This needs a key with the scope '{scope}'; yours has: {', '.join(sorted(caller.scopes))}.")


Uploader = Annotated[Caller, Depends(requires(Scope.UPLOAD))]
Launcher = Annotated[Caller, Depends(requires(Scope.LAUNCH))]
Reader = Annotated[Caller, Depends(requires(Scope.READ))]
CustomerKeeper = Annotated[Caller, Depends(requires(Scope.CUSTOMERS))]
ProviderKeeper = Annotated[Caller, Depends(requires(Scope.PROVIDERS))]
Administrator = Annotated[Caller, Depends(requires(Scope.ADMIN))]
