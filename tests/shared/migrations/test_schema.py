"""What the database itself promises, read from its catalogue: whoever adds a table is held to it."""

import asyncpg
import pytest

from shared.postgres import ROLES, Postgres
from tests.conftest import Owner

SCHEMAS = ["shared", "ingest", "execution", "projection", "projection_draft", "projection_former"]
NOT_OF_A_CLIENT = {"execution.builtin_providers", "execution.builtin_workflows", "projection.tables_of_a_batch"}
APPEND_ONLY = {
    "shared.outbox",
    "shared.outbox_publications",
    "ingest.uploads",
    "ingest.upload_parts",
    "ingest.raw_uploads",
    "ingest.batches",
    "ingest.batch_items",
    "execution.attempts",
    "execution.retries",
    "execution.retried",
    "execution.companies",
    "execution.company_items",
    "execution.builtin_providers",
    "execution.builtin_workflows",
    "execution.own_providers",
    "execution.own_workflows",
    "execution.provider_tests",
    "execution.provider_test_answers",
    "execution.provider_calls",
    "execution.enrichment_results",
}
WRITERS = {"ingest": "leadledger_ingest", "execution": "leadledger_executor", "projection": "leadledger_projector"}
WRITERS |= dict.fromkeys(("projection_draft", "projection_former"), "leadledger_projector")
SERVICES = [role for role in ROLES if role != "leadledger_duties"]


async def tables(owner: Owner) -> list[asyncpg.Record]:
    """Return every table of ours: oid, name, whether it has a client_id."""
    return await owner.fetch(
        """
        SELECT c.oid, n.nspname || '.' || c.relname AS name, n.nspname AS schema,
               c.relrowsecurity, c.relforcerowsecurity,
               EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'client_id') AS of_a_client
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND n.nspname = ANY($1)
        ORDER BY name
        """,
        SCHEMAS,
    )


async def test_every_table_belongs_to_a_client(owner: Owner) -> None:
    found = await tables(owner)
    assert len(found) >= 20
    assert {table["name"] for table in found if not table["of_a_client"]} == NOT_OF_A_CLIENT


async def test_row_security_is_enabled_and_forced_with_a_policy_on_every_table_of_a_client(owner: Owner) -> None:
    open_to_all = [
        table["name"]
        for table in await tables(owner)
        if table["of_a_client"] and not (table["relrowsecurity"] and table["relforcerowsecurity"])
    ]
    assert open_to_all == []
    policies = await owner.fetch(
        "SELECT schemaname || '.' || tablename AS name, policyname, roles::text[], qual, with_check FROM pg_policies"
    )
    own = {policy["name"]: policy for policy in policies if policy["policyname"] == "own_client"}
    assert {table["name"] for table in await tables(owner) if table["of_a_client"]} == set(own)
    for policy in own.values():
        assert policy["qual"] == "(client_id = ( SELECT current_client() AS current_client))"
        assert policy["with_check"] is None
        assert set(policy["roles"]) == set(SERVICES)
    others = [policy for policy in policies if policy["policyname"] != "own_client"]
    assert {tuple(policy["roles"]) for policy in others} == {("leadledger_duties",)}


async def test_client_id_leads_every_primary_and_foreign_key(owner: Owner) -> None:
    keys = await owner.fetch(
        """
        SELECT k.conrelid::regclass::text AS table, k.conname, k.contype,
               own.attname AS first, target.attname AS first_referenced
        FROM pg_constraint k
        JOIN pg_namespace n ON n.oid = k.connamespace
        JOIN pg_attribute own ON own.attrelid = k.conrelid AND own.attnum = k.conkey[1]
        LEFT JOIN pg_attribute target ON target.attrelid = k.confrelid AND target.attnum = k.confkey[1]
        WHERE k.contype IN ('p', 'f') AND n.nspname = ANY($1)
          AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attname = 'client_id')
        """,
        SCHEMAS,
    )
    assert len(keys) >= 40
    assert [(key["table"], key["conname"]) for key in keys if key["first"] != "client_id"] == []
    assert [
        (key["table"], key["conname"])
        for key in keys
        if key["contype"] == b"f" and key["first_referenced"] != "client_id"
    ] == []


async def test_every_table_of_a_client_has_a_primary_key(owner: Owner) -> None:
    without = [
        table["name"]
        for table in await tables(owner)
        if not await owner.fetchval(
            "SELECT EXISTS (SELECT FROM pg_constraint WHERE conrelid = $1 AND contype = 'p')", table["oid"]
        )
    ]
    assert without == []


async def test_views_look_with_the_eyes_of_who_asks(owner: Owner) -> None:
    views = await owner.fetch(
        "SELECT c.relname, c.reloptions FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'v' AND n.nspname = ANY($1)",
        SCHEMAS,
    )
    assert len(views) >= 2
    assert [view["relname"] for view in views if "security_invoker=true" not in (view["reloptions"] or [])] == []
    assert not await owner.fetchval(
        "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'm' AND n.nspname = ANY($1))",
        SCHEMAS,
    )


async def test_the_append_only_tables_are_these(owner: Owner) -> None:
    guarded = await owner.fetch(
        """
        SELECT n.nspname || '.' || c.relname AS name,
               array_agg(t.tgname::text || ' ' || t.tgenabled::text ORDER BY t.tgname) AS triggers
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE t.tgname LIKE 'append_only%' GROUP BY 1
        """
    )
    assert {table["name"] for table in guarded} >= APPEND_ONLY
    for table in guarded:
        assert table["triggers"] == ["append_only_rows A", "append_only_table A"], table["name"]


@pytest.mark.parametrize("table", sorted(APPEND_ONLY))
async def test_even_the_owner_cannot_change_history(owner: Owner, table: str) -> None:
    async with owner.transaction():
        # Foreign keys aside, but not the guards: they are ALWAYS enabled.
        await owner.execute("SET LOCAL session_replication_role = replica")
        await owner.execute(await _any_row(owner, table))
        column = await owner.fetchval(
            "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum = 1", table
        )
        for change in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
                async with owner.transaction():
                    await owner.execute(change)
        assert await owner.fetchval(f"SELECT count(*) FROM {table}") == 1


async def _any_row(owner: Owner, table: str) -> str:
    """Return a statement that inserts one row of values that pass the table's checks."""
    values = {
        "uuid": "uuidv7()",
        "text": "'x'",
        "bytea": "sha256('x')",
        "jsonb": "'{}'",
        "_text": "'{}'",
        "timestamptz": "now()",
        "numeric": "1",
        "int2": "1",
        "int4": "1",
        "int8": "1",
    }
    closed = {"outcome": "'ok'", "cost_source": "'none'"}
    columns = await owner.fetch(
        "SELECT attname, typname FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid"
        " WHERE attrelid = $1::text::regclass AND attnum > 0 AND attgenerated = ''"
        " AND (attnotnull OR attname = 'batch_item_id') ORDER BY attnum",
        table,
    )
    names = ", ".join(column["attname"] for column in columns)
    given = ", ".join(closed.get(column["attname"], values[column["typname"]]) for column in columns)
    return f"INSERT INTO {table} ({names}) VALUES ({given})"


@pytest.mark.parametrize("role", ROLES)
async def test_no_service_is_granted_a_change_of_history(owner: Owner, role: str) -> None:
    for table in sorted(APPEND_ONLY):
        for privilege in ("UPDATE", "DELETE", "TRUNCATE", "TRIGGER"):
            assert not await owner.fetchval("SELECT has_table_privilege($1, $2, $3)", role, table, privilege), table
        assert not await owner.fetchval("SELECT has_any_column_privilege($1, $2, 'UPDATE')", role, table), table


async def test_every_table_has_one_writing_service(owner: Owner) -> None:
    wrong = []
    for table in await tables(owner):
        if table["schema"] == "shared":
            continue
        for role in SERVICES:
            writes = [
                privilege
                for privilege in ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
                if await owner.fetchval("SELECT has_table_privilege($1, $2::oid, $3)", role, table["oid"], privilege)
                or (
                    privilege in {"INSERT", "UPDATE"}
                    and await owner.fetchval(
                        "SELECT has_any_column_privilege($1, $2::oid, $3)", role, table["oid"], privilege
                    )
                )
            ]
            if writes and role != WRITERS[table["schema"]]:
                wrong.append((table["name"], role, writes))
    assert wrong == []


async def test_nothing_is_granted_to_everybody(owner: Owner) -> None:
    granted = await owner.fetch(
        """
        SELECT table_schema || '.' || table_name AS name, privilege_type FROM information_schema.role_table_grants
        WHERE grantee = 'PUBLIC' AND table_schema = ANY($1)
        """,
        SCHEMAS,
    )
    assert granted == []
    for schema in SCHEMAS:
        for role in ROLES:
            assert not await owner.fetchval("SELECT has_schema_privilege($1, $2, 'CREATE')", role, schema)
    assert not await owner.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", ROLES[0])


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_can_log_in_and_has_no_power_of_its_own(owner: Owner, role: str) -> None:
    row = await owner.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", role)
    assert row is not None
    assert row["rolcanlogin"]
    for power in ("rolsuper", "rolbypassrls", "rolcreatedb", "rolcreaterole", "rolreplication"):
        assert not row[power], power
    memberships = await owner.fetch(
        """
        SELECT granted.rolname, granted.rolcanlogin, inherit_option
        FROM pg_auth_members AS membership
        JOIN pg_roles AS granted ON granted.oid = membership.roleid
        JOIN pg_roles AS member ON member.oid = membership.member
        WHERE member.rolname = $1
        """,
        role,
    )
    takes_on = [("leadledger_loader", False, False)] if role == "leadledger_ingest" else []
    assert list(map(tuple, memberships)) == takes_on


async def test_the_loader_may_append_raw_rows_and_nothing_else(owner: Owner) -> None:
    privileges = await owner.fetch(
        "SELECT table_schema, table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = $1",
        "leadledger_loader",
    )
    assert list(map(tuple, privileges)) == [("ingest", "raw_uploads", "INSERT")]


async def test_without_a_client_a_service_sees_nothing_and_with_one_only_its_own(
    postgres: Postgres, owner: Owner, client_id: object, other_key: str
) -> None:
    async with postgres._acquired(postgres._tenants) as connection:
        assert await connection.fetchval("SELECT count(*) FROM clients") == 0
    async with postgres.tenant(await owner.fetchval("SELECT client_id FROM clients WHERE name = 'acme'")) as connection:
        assert await connection.fetchval("SELECT array_agg(name) FROM clients") == ["acme"]
    async with postgres._acquired(postgres._tenants) as connection:
        assert await connection.fetchval("SELECT count(*) FROM clients") == 0


async def test_a_table_is_found_without_its_schema(postgres: Postgres, owner: Owner) -> None:
    async with postgres.duties() as connection:
        assert await connection.fetchval("SHOW search_path") == "shared, ingest, execution, projection"
    assert await owner.fetchval("SHOW search_path") == "shared, ingest, execution, projection, public"
