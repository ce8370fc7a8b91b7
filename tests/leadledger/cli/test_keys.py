"""`leadledger keys` and `migrate`: the database's owner at work."""

import pytest

from tests.leadledger.conftest import Run
from tests.standalone_server import StandaloneServer, json_lines, leadledger


def test_a_key_does_what_its_scopes_say_until_it_is_revoked(run: Run) -> None:
    (made,) = run("keys", "create", "--client", "acme", "--scope", "read", "--days", "2", "--json").lines
    key = made["api_key"]
    assert run("providers", "list", "--key", key).exit_code == 0
    assert run("providers", "configure", "pdl-bulk", "--key", key).exit_code == 3

    (listed,) = [line for line in run("keys", "list", "--json").lines if line["client"] == "acme"]
    assert (listed["scopes"], listed["revoked_at"]) == (["read"], None)
    assert listed["expires_at"] == made["expires_at"]
    assert key not in run("keys", "list").stdout

    assert run("keys", "revoke", listed["key_id"]).exit_code == 0
    assert run("providers", "list", "--key", key).exit_code == 3


def test_for_people_the_key_alone_is_printed(run: Run) -> None:
    ran = run("keys", "create", "--client", "acme", "--scope", "read", "--scope", "upload")
    assert (ran.exit_code, ran.stdout[:3], len(ran.stdout)) == (0, "ll_", 44)


@pytest.mark.parametrize("scope", ["everything", ""])
def test_an_unknown_scope_is_wrong_usage(run: Run, scope: str) -> None:
    assert run("keys", "create", "--client", "acme", "--scope", scope).exit_code == 2


def test_an_unknown_key_can_not_be_revoked(run: Run) -> None:
    ran = run("keys", "revoke", "0198f3a0-0000-7000-8000-000000000001")
    assert ran.exit_code == 1
    assert "leadledger keys list" in ran.stderr


def test_the_owners_address_can_come_from_the_environment(standalone: StandaloneServer) -> None:
    dsn = standalone.ready["dsn"]
    listed = leadledger("keys", "list", "--json", LEADLEDGER_DATABASE_URL=dsn)
    assert "default" in [line["client"] for line in json_lines(listed.stdout)]
    assert leadledger("migrate", LEADLEDGER_DATABASE_URL=dsn).stdout == "The database is at this version.\n"


def test_a_database_that_is_away_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLEDGER_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/leadledger")
    for command in (["keys", "list"], ["migrate"]):
        ran = run(*command)
        assert ran.exit_code == 1
        assert "LEADLEDGER_DATABASE_URL" in ran.stderr


def test_without_any_database_it_says_how_to_name_one(run: Run, tmp_path: object) -> None:
    ran = run("keys", "list", "--data", str(tmp_path))
    assert ran.exit_code == 1
    assert "LEADLEDGER_DATABASE_URL" in ran.stderr
