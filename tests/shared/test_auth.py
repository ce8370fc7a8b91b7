"""Keys: their form, who they are for, what they may do, when they end."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from shared.auth import Scope, create_key, digest, is_well_formed, new_key
from shared.settings import Settings
from tests.conftest import Owner
from tests.shared.serving import bearer, serving


def test_a_key_has_a_prefix_random_characters_and_a_checksum() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    for key in keys:
        assert re.fullmatch(r"ll_[0-9A-Za-z]{32}[0-9a-f]{8}", key)
        assert is_well_formed(key)


@pytest.mark.parametrize("position", [3, 20, 34, 35, 42])
def test_a_key_with_one_wrong_character_is_not_well_formed(position: int) -> None:
    key = new_key()
    wrong = "0" if key[position] != "0" else "1"
    assert not is_well_formed(key[:position] + wrong + key[position + 1 :])


@pytest.mark.parametrize(
    "text",
    ["", "ll_", "ll_abc", "sk_" + "a" * 40, "ll_" + "é" * 40, new_key() + "0", new_key()[:-1]],
    ids=["nothing", "a prefix", "too little", "another prefix", "other letters", "too long", "too short"],
)
def test_other_text_is_not_well_formed(text: str) -> None:
    assert not is_well_formed(text)


async def test_a_key_is_never_stored_in_clear(owner: Owner) -> None:
    key = await create_key(owner, client="acme", name="ci", scopes=frozenset({Scope.READ}))
    row = await owner.fetchrow("SELECT *, api_keys::text AS everything FROM api_keys")
    assert row is not None
    assert row["key_sha256"] == digest(key)
    assert key not in row["everything"]
    assert key.removeprefix("ll_")[:16] not in row["everything"]


async def test_a_second_key_belongs_to_the_same_client(owner: Owner) -> None:
    for name in ("first", "second"):
        await create_key(owner, client="acme", name=name, scopes=frozenset({Scope.READ}))
    assert await owner.fetchval("SELECT count(*) FROM clients") == 1
    assert await owner.fetchval("SELECT count(DISTINCT client_id) FROM api_keys") == 1


async def test_the_key_decides_the_client(settings: Settings, owner: Owner, api_key: str, other_key: str) -> None:
    expected = {row["name"]: str(row["client_id"]) for row in await owner.fetch("SELECT name, client_id FROM clients")}
    async with serving(settings) as client:
        mine = (await client.get("/me", headers=bearer(api_key))).json()
        theirs = (await client.get("/me", headers=bearer(other_key))).json()
    assert mine["client_id"] == expected["acme"]
    assert theirs["client_id"] == expected["globex"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic dXNlcjpwYXNz"},
        {"Authorization": "Bearer not-a-key"},
        {"Authorization": f"Bearer {new_key()}"},
    ],
    ids=["none", "empty", "basic", "malformed", "unknown"],
)
async def test_without_a_known_key_the_answer_is_401_and_says_what_to_send(
    settings: Settings, headers: dict[str, str]
) -> None:
    async with serving(settings) as client:
        answer = await client.get("/me", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:leadledger:problem:unauthorized"


async def test_an_expired_key_is_not_accepted(settings: Settings, owner: Owner) -> None:
    read = frozenset({Scope.READ})
    now = datetime.now(UTC)
    ended = await create_key(owner, client="acme", name="a", scopes=read, expires_at=now - timedelta(seconds=1))
    valid = await create_key(owner, client="acme", name="b", scopes=read, expires_at=now + timedelta(hours=1))
    async with serving(settings) as client:
        assert (await client.get("/me", headers=bearer(ended))).status_code == 401
        assert (await client.get("/me", headers=bearer(valid))).status_code == 200


async def test_a_revoked_key_is_refused_at_once(settings: Settings, owner: Owner, api_key: str) -> None:
    async with serving(settings) as client:
        assert (await client.get("/me", headers=bearer(api_key))).status_code == 200
        await owner.execute("UPDATE api_keys SET revoked_at = now()")
        assert (await client.get("/me", headers=bearer(api_key))).status_code == 401


async def test_a_key_without_the_scope_is_403_and_the_answer_names_both(settings: Settings, owner: Owner) -> None:
    reader = await create_key(owner, client="acme", name="bi", scopes=frozenset({Scope.READ, Scope.CUSTOMERS}))
    async with serving(settings) as client:
        assert (await client.get("/me", headers=bearer(reader))).status_code == 200
        answer = await client.post("/orders", headers=bearer(reader), json={"items": 1})
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:leadledger:problem:scope-missing"
    assert answer.json()["detail"] == "This needs a key with the scope 'launch'; yours has: customers, read."


async def test_an_admin_key_may_do_everything_of_its_client(settings: Settings, api_key: str) -> None:
    async with serving(settings) as client:
        assert (await client.post("/orders", headers=bearer(api_key), json={"items": 1})).status_code == 202
        assert (await client.get("/me", headers=bearer(api_key))).status_code == 200
