"""Rules that are kept: what each version says, a client's own versions, and which of them is in force."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg

from shared.postgres import Connection


@dataclass(frozen=True, kw_only=True, slots=True)
class NewVersion:
    """Rules, by their digest, and how they were made: the changes as JSON, over which base, by which API key."""

    rules: str
    name: str | None
    base: str
    changes: bytes
    made_by: UUID


async def lock_rules(connection: Connection, client_id: UUID) -> None:
    """Wait until nobody else changes the client's rules; the lock ends with the transaction."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('rules ' || $1::uuid, 0))", client_id)


async def document_of(connection: Connection, client_id: UUID, rules: str) -> dict[str, Any] | None:
    """Return what the rules of this digest say, or None if the client never had them."""
    document: dict[str, Any] | None = await connection.fetchval(
        "SELECT document FROM rules WHERE client_id = $1 AND rules = $2", client_id, rules
    )
    return document


async def live_document(connection: Connection, client_id: UUID) -> asyncpg.Record | None:
    """Return version_no and document of the last promoted rules; None, or no version: those of the software."""
    return await connection.fetchrow(
        """
        SELECT promoted.version_no, rules.document
        FROM (
            SELECT version_no FROM rules_promotions WHERE client_id = $1 ORDER BY promotion_no DESC LIMIT 1
        ) AS promoted
        LEFT JOIN rules_versions AS version ON version.client_id = $1 AND version.version_no = promoted.version_no
        LEFT JOIN rules ON rules.client_id = $1 AND rules.rules = version.rules
        """,
        client_id,
    )


async def list_versions(connection: Connection, client_id: UUID) -> list[asyncpg.Record]:
    """Return the client's own versions, the newest first."""
    return await connection.fetch(
        """
        SELECT version_no, rules, name, base, made_by, made_at
        FROM rules_versions
        WHERE client_id = $1
        ORDER BY version_no DESC
        """,
        client_id,
    )


async def find_version(connection: Connection, client_id: UUID, version_no: int) -> asyncpg.Record | None:
    """Return a version of the client's own: rules (its digest), what it was made of, and what it says."""
    return await connection.fetchrow(
        """
        SELECT version.version_no, version.rules, version.name, version.base, version.changes,
               version.made_by, version.made_at, rules.document
        FROM rules_versions AS version
        JOIN rules ON rules.client_id = $1 AND rules.rules = version.rules
        WHERE version.client_id = $1 AND version.version_no = $2
        """,
        client_id,
        version_no,
    )


async def keep_version(connection: Connection, client_id: UUID, made: NewVersion) -> int:
    """Keep rules as the client's next version and return its number; of rules that say nothing new, the old one's."""
    kept: int | None = await connection.fetchval(
        "SELECT version_no FROM rules_versions WHERE client_id = $1 AND rules = $2", client_id, made.rules
    )
    if kept is not None:
        return kept
    number: int = await connection.fetchval(
        """
        INSERT INTO rules_versions (client_id, version_no, rules, name, base, changes, made_by)
        SELECT $1, coalesce(max(version_no), 0) + 1, $2, $3, $4, $5, $6 FROM rules_versions WHERE client_id = $1
        RETURNING version_no
        """,
        client_id,
        made.rules,
        made.name,
        made.base,
        made.changes,
        made.made_by,
    )
    return number


async def promote(connection: Connection, client_id: UUID, version_no: int | None, *, promoted_by: UUID) -> None:
    """Put this version in force; without one, the rules that come with the software."""
    await connection.execute(
        """
        INSERT INTO rules_promotions (client_id, promotion_no, version_no, promoted_by)
        SELECT $1, coalesce(max(promotion_no), 0) + 1, $2, $3 FROM rules_promotions WHERE client_id = $1
        """,
        client_id,
        version_no,
        promoted_by,
    )


async def bad_paths(connection: Connection, paths: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return place and path of those that are no SQL/JSON paths."""
    rows = await connection.fetch(
        """
        SELECT place, path
        FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS given (place, path, number)
        WHERE NOT pg_input_is_valid(path, 'jsonpath')
        ORDER BY number
        """,
        [place for place, _ in paths],
        [path for _, path in paths],
    )
    return [(row["place"], row["path"]) for row in rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchByOldRules:
    """A batch whose leads were made before the client promoted other rules."""

    client_id: UUID
    batch_id: UUID


async def batches_by_old_rules(duties: Connection, *, builtin: str, limit: int) -> list[BatchByOldRules]:
    """Return finished batches that other rules made than those promoted since, the newest first.

    `builtin`: digest of the rules that come with the software. For the duties' role: it looks across clients.
    """
    rows = await duties.fetch(
        """
        SELECT client_id, batch_id FROM projections_by_old_rules($1)
        JOIN batch_runs USING (client_id, batch_id)
        WHERE batch_runs.state IN ('completed', 'cancelled', 'failed')
        ORDER BY batch_id DESC LIMIT $2
        """,
        builtin,
        limit,
    )
    return [BatchByOldRules(**row) for row in rows]


async def count_by_old_rules(connection: Connection, client_id: UUID, *, builtin: str) -> int:
    """Return how many of the client's projections other rules made than those promoted since."""
    count: int = await connection.fetchval(
        "SELECT count(*)::integer FROM projections_by_old_rules($2) WHERE client_id = $1", client_id, builtin
    )
    return count
