"""SQL of the clients' configurations."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredConfiguration:
    """A configuration as it is stored: secrets encrypted, limits only where they differ from the document's."""

    variables: Mapping[str, str]
    secrets: bytes
    limits: Mapping[str, Any]


async def save_configuration(
    connection: Connection, client_id: UUID, provider: str, stored: StoredConfiguration
) -> None:
    """Store a configuration in place of what was there."""
    await connection.execute(
        """
        INSERT INTO provider_configurations (client_id, provider, variables, secrets, limits)
        VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (client_id, provider)
        DO UPDATE SET variables = excluded.variables, secrets = excluded.secrets, limits = excluded.limits,
                      configured_at = now()
        """,
        client_id,
        provider,
        dict(stored.variables),
        stored.secrets,
        dict(stored.limits),
    )


async def load_configuration(connection: Connection, client_id: UUID, provider: str) -> StoredConfiguration | None:
    """Return what is stored, or None."""
    row = await connection.fetchrow(
        "SELECT variables, secrets, limits FROM provider_configurations WHERE client_id = $1 AND provider = $2",
        client_id,
        provider,
    )
    return None if row is None else StoredConfiguration(**row)


async def load_configurations(connection: Connection, client_id: UUID) -> dict[str, StoredConfiguration]:
    """Return everything the client configured, by provider."""
    rows = await connection.fetch(
        "SELECT provider, variables, secrets, limits FROM provider_configurations WHERE client_id = $1", client_id
    )
    return {
        row["provider"]: StoredConfiguration(variables=row["variables"], secrets=row["secrets"], limits=row["limits"])
        for row in rows
    }
