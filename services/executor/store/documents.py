"""SQL of the registry: a client's own documents, each version appended, and those that come with the software."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from shared.postgres import Connection

Builtin: TypeAlias = Iterable[tuple[str, int, Mapping[str, Any]]]
"""Name, version and document of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVersion:
    """A version of a document; one that comes with the software was made by nobody here."""

    name: str
    version: int
    is_own: bool
    document: Mapping[str, Any]
    made_by: UUID | None = None
    made_at: datetime | None = None


async def lock_document(connection: Connection, client_id: UUID, kind: str, name: str) -> None:
    """Wait until nobody else makes a version of this document; the lock ends with the transaction."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid || ' ' || $2 || ' ' || $3, 0))", client_id, kind, name
    )


async def provider_versions(connection: Connection, client_id: UUID, name: str) -> list[DocumentVersion]:
    """Return every version of a provider's document: the client's own first, each kind with the newest first."""
    rows = await connection.fetch(
        """
        SELECT name, version, is_own, document, made_by, made_at
        FROM (SELECT name, version, true AS is_own, document, made_by, made_at FROM own_providers
              WHERE client_id = $1 AND name = $2
              UNION ALL
              SELECT name, version, false, document, NULL, NULL FROM builtin_providers WHERE name = $2) AS known
        ORDER BY is_own DESC, version DESC
        """,
        client_id,
        name,
    )
    return [DocumentVersion(**row) for row in rows]


async def workflow_versions(connection: Connection, client_id: UUID, name: str) -> list[DocumentVersion]:
    """Return every version of a workflow: the client's own first, each kind with the newest first."""
    rows = await connection.fetch(
        """
        SELECT name, version, is_own, document, made_by, made_at
        FROM (SELECT name, version, true AS is_own, document, made_by, made_at FROM own_workflows
              WHERE client_id = $1 AND name = $2
              UNION ALL
              SELECT name, version, false, document, NULL, NULL FROM builtin_workflows WHERE name = $2) AS known
        ORDER BY is_own DESC, version DESC
        """,
        client_id,
        name,
    )
    return [DocumentVersion(**row) for row in rows]


async def newest_own_providers(connection: Connection, client_id: UUID) -> dict[str, DocumentVersion]:
    """Return the newest version of each of the client's own providers, by name."""
    rows = await connection.fetch(
        """
        SELECT DISTINCT ON (name) name, version, true AS is_own, document, made_by, made_at
        FROM own_providers WHERE client_id = $1 ORDER BY name, version DESC
        """,
        client_id,
    )
    return {row["name"]: DocumentVersion(**row) for row in rows}


async def current_workflows(connection: Connection, client_id: UUID) -> dict[str, DocumentVersion]:
    """Return the version of each workflow that a launch would find, by name."""
    rows = await connection.fetch(
        "SELECT name, version, is_own, document, made_at FROM workflows_of($1) ORDER BY name", client_id
    )
    return {row["name"]: DocumentVersion(**row) for row in rows}


async def insert_provider(
    connection: Connection, client_id: UUID, document: Mapping[str, Any], *, made_by: UUID
) -> None:
    """Append a version of a client's own provider."""
    await connection.execute(
        "INSERT INTO own_providers (client_id, name, version, document, made_by) VALUES ($1, $2, $3, $4, $5)",
        client_id,
        document["name"],
        document["version"],
        dict(document),
        made_by,
    )


async def insert_workflow(
    connection: Connection, client_id: UUID, document: Mapping[str, Any], *, made_by: UUID
) -> None:
    """Append a version of a client's own workflow."""
    await connection.execute(
        "INSERT INTO own_workflows (client_id, name, version, document, made_by) VALUES ($1, $2, $3, $4, $5)",
        client_id,
        document["name"],
        document["version"],
        dict(document),
        made_by,
    )


async def publish_builtin(connection: Connection, *, providers: Builtin, workflows: Builtin) -> None:
    """Make the built-in documents known to whoever launches; a version that is known stays. For the duties' role."""
    await connection.executemany(
        "INSERT INTO builtin_providers (name, version, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        _rows(providers),
    )
    await connection.executemany(
        "INSERT INTO builtin_workflows (name, version, document) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        _rows(workflows),
    )


def _rows(documents: Builtin) -> Sequence[tuple[str, int, dict[str, Any]]]:
    return [(name, version, dict(document)) for name, version, document in documents]
