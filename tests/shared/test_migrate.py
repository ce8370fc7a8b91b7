"""Migrations: run again they change nothing, run twice at once they run once."""

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr

from shared.embedded import EmbeddedPostgres
from shared.migrate import migrate
from shared.postgres import ROLES
from shared.settings import Settings
from tests.conftest import address

DATABASE = "test_migrate"


@pytest.fixture
def empty(server: EmbeddedPostgres) -> Iterator[Settings]:
    """Settings that point to an empty database."""
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    yield Settings(database_url=address(server, DATABASE))
    with psycopg.connect(server.url, autocommit=True) as owner:
        owner.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(DATABASE)))


def catalogue(settings: Settings) -> list[tuple[object, ...]]:
    """Return every table, column, constraint, policy, trigger and grant."""
    with psycopg.connect(settings.database_url) as owner:
        return owner.execute(
            """
            SELECT 'column', attrelid::regclass::text, attname, format_type(atttypid, atttypmod) || attnotnull::text
            FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
            WHERE relnamespace::regnamespace::text IN ('shared', 'ingest', 'execution', 'projection') AND attnum > 0
            UNION ALL
            SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
            UNION ALL SELECT 'policy', tablename, policyname, roles::text || coalesce(qual, '') FROM pg_policies
            UNION ALL
            SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger
            WHERE NOT tgisinternal
            UNION ALL SELECT 'grant', oid::regclass::text, relacl::text, '' FROM pg_class
            UNION ALL SELECT 'version', version_num, '', '' FROM alembic_version
            ORDER BY 1, 2, 3, 4
            """
        ).fetchall()


def test_a_second_run_changes_nothing(empty: Settings) -> None:
    migrate(empty)
    first = catalogue(empty)
    assert len(first) > 300
    migrate(empty)
    assert catalogue(empty) == first


def test_two_runs_at_once_both_succeed_and_run_once(empty: Settings) -> None:
    command = [
        sys.executable,
        "-c",
        "from shared.migrate import migrate; from shared.settings import Settings; migrate(Settings())",
    ]
    environment = {"LEADLEDGER_DATABASE_URL": empty.database_url, "PATH": "/usr/bin:/bin"}
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _ in range(3)
    ]
    for run in runs:
        printed, _ = run.communicate(timeout=60)
        assert run.returncode == 0, printed
    with psycopg.connect(empty.database_url) as owner:
        assert owner.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)


def test_a_revision_that_fails_leaves_nothing(empty: Settings) -> None:
    with psycopg.connect(empty.database_url) as owner:
        owner.execute("CREATE SCHEMA execution")  # in the way of the third part of the first revision
    with pytest.raises(Exception, match='schema "execution" already exists'):
        migrate(empty)
    with psycopg.connect(empty.database_url) as owner:
        found = owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('shared', 'ingest')").fetchone()
        assert found == (0,)
        owner.execute("DROP SCHEMA execution")
    migrate(empty)


def test_the_service_roles_get_the_password_of_the_settings(empty: Settings) -> None:
    password = 'it\'s a "test" \\ %s'
    migrate(empty.model_copy(update={"service_password": SecretStr(password)}))
    with psycopg.connect(empty.database_url) as owner:
        stored: dict[str, str] = dict(
            owner.execute(
                "SELECT rolname, rolpassword FROM pg_authid WHERE rolname = ANY(%s)", [list(ROLES)]
            ).fetchall()
        )
        assert set(stored) == set(ROLES)
        for secret in stored.values():
            assert secret.startswith("SCRAM-SHA-256$")
        for role in ROLES:
            owner.execute(sql.SQL("ALTER ROLE {} PASSWORD NULL").format(sql.Identifier(role)))
