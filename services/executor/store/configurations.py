"""SQL of the clients' configurations, and of the documents that come with the software."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from shared.postgres import Connection


async def save_configuration(
    connection: Connection, client_id: UUID, provider: str, *, variables: Mapping[str, str], secrets: bytes
) -> None:
    """Store variables and encrypted secrets, in place of what was there."""
    await connection.execute(
        """
        INSERT INTO provider_configurations (client_id, provider, variables, secrets) VALUES ($1, $2, $3, $4)
        ON CONFLICT (client_id, provider)
        DO UPDATE SET variables = excluded.variables, secrets = excluded.secrets, configured_at = now()
        """,
        client_id,
        provider,
        dict(variables),
        secrets,
    )


async def load_configuration(
    connection: Connection, client_id: UUID, provider: str
) -> tuple[dict[str, str], bytes] | None:
    """Return variables and encrypted secrets, or None."""
    row = await connection.fetchrow(
        "SELECT variables, secrets FROM provider_configurations WHERE client_id = $1 AND provider = $2",
        client_id,
        provider,
    )
    return None if row is None else (row["variables"], row["secrets"])


async def publish_workflows(connection: Connection, workflows: Iterable[tuple[str, int, Mapping[str, Any]]]) -> None:
    """Make the built-in workflows known to whoever launches; a version that is known stays. For the duties' role."""
    await connection.executemany(
        """
        INSERT INTO builtin_workflows (name, version, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
        """,
        [(name, version, dict(document)) for name, version, document in workflows],
    )
