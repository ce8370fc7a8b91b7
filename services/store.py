"""The SQL of the database's owner: what the standalone server and the command line do that no service may."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as it is stored: the key itself is not."""

    key_id: UUID
    client: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


async def make_database(owner: Owner) -> None:
    """Make the database `leadledger` unless it is there."""
    if not await owner.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'leadledger')"):
        await owner.execute("CREATE DATABASE leadledger")


async def is_valid_key(owner: Owner, key_sha256: bytes) -> bool:
    """Tell whether a key with this digest is neither revoked nor expired."""
    valid: bool = await owner.fetchval(
        """
        SELECT EXISTS (
            SELECT FROM shared.api_keys
            WHERE key_sha256 = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())
        )
        """,
        key_sha256,
    )
    return valid


async def list_keys(owner: Owner) -> list[ApiKey]:
    """Return every client's keys, oldest first."""
    rows = await owner.fetch(
        """
        SELECT key_id, clients.name AS client, api_keys.name, scopes, api_keys.created_at, expires_at, revoked_at
        FROM shared.api_keys JOIN shared.clients USING (client_id)
        ORDER BY key_id
        """
    )
    return [ApiKey(**row) for row in rows]


async def revoke_key(owner: Owner, key_id: UUID) -> bool:
    """Make a key invalid from now on; return whether there is such a key."""
    found: UUID | None = await owner.fetchval(
        """
        UPDATE shared.api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE key_id = $1
        RETURNING key_id
        """,
        key_id,
    )
    return found is not None
