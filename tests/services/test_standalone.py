"""The standalone server as a process: one line when ready, restarts, kills, one directory for one server."""

import asyncio
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.eventually import eventually
from tests.rabbitmq import free_port
from tests.standalone_server import StandaloneServer, json_lines, leadledger, standalone_server

CUSTOMERS = [{"name": "Northwind Traders", "domain": "northwind.example", "linkedin": ""}]


@pytest.fixture(scope="module")
def shared() -> Iterator[StandaloneServer]:
    """A server for the whole file; leave it running."""
    with standalone_server() as server:
        yield server


def asked(server: StandaloneServer, dsn_query: str) -> object:
    async def ask() -> object:
        owner = await asyncpg.connect(server.ready["dsn"])
        try:
            return await owner.fetchval(dsn_query)
        finally:
            await owner.close()

    return asyncio.run(ask())


def customers(server: StandaloneServer) -> list[object]:
    with server.client() as client:
        return [customer["name"] for customer in client.customers()]


def test_the_ready_line_says_where_it_is_how_to_get_in_and_where_the_database_is(shared: StandaloneServer) -> None:
    assert set(shared.ready) == {"url", "api_key", "dsn"}
    ready = httpx.get(f"{shared.ready['url']}/readyz")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert {"ingest.database", "executor.database", "projector.database", "postgres"} <= set(ready.json()["checks"])
    assert asked(shared, "SELECT string_agg(name, ',') FROM shared.clients") == "default"


def test_the_key_stands_in_clear_in_one_file_that_only_its_owner_can_read(shared: StandaloneServer) -> None:
    key = shared.ready["api_key"].encode()
    files = [file for file in shared.directory.rglob("*") if file.is_file()]
    assert [file.name for file in files if key in file.read_bytes()] == ["api.key"]
    assert (shared.directory / "api.key").stat().st_mode & 0o777 == 0o600


def test_the_three_services_and_their_description_are_at_one_origin(shared: StandaloneServer) -> None:
    paths = httpx.get(f"{shared.ready['url']}/openapi.json").json()["paths"]
    assert {"/uploads", "/batches", "/providers", "/batches/{batch_id}/verify", "/leads", "/customers"} <= set(paths)
    assert httpx.get(f"{shared.ready['url']}/docs").status_code == 200
    assert "leadledger_request_seconds" in httpx.get(f"{shared.ready['url']}/metrics").text


def test_there_is_no_sandbox_unless_asked_for(shared: StandaloneServer) -> None:
    assert httpx.get(f"{shared.ready['url']}/sandbox/health").status_code == 404
    with shared.client() as client:
        assert {provider["configured"] for provider in client.providers()} == {False}


def test_a_second_server_on_the_directory_is_refused_and_the_first_goes_on(shared: StandaloneServer) -> None:
    second = leadledger("up", "--port", "0", "--data", str(shared.directory))
    assert (second.returncode, second.stdout) == (1, "")
    assert f"is used by the server {shared.ready['url']} (process {shared.pid})" in second.stderr
    assert httpx.get(f"{shared.ready['url']}/healthz").status_code == 200


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        refused = leadledger("up", "--port", port, "--data", str(tmp_path / "data"))
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"Can't listen at 127.0.0.1:{port}: Address already in use. Give another")
    assert not (tmp_path / "data").exists()


def test_a_stop_ends_the_database_and_a_start_finds_everything_again(shared: StandaloneServer) -> None:
    with shared.client() as client:
        client.replace_customers(CUSTOMERS)
    key = shared.ready["api_key"]
    assert shared.postmaster() is not None
    assert shared.stop() == (0, "")
    assert shared.postmaster() is None
    assert not (shared.directory / "server.json").exists()
    shared.start()
    assert shared.ready["api_key"] == key
    assert customers(shared) == ["Northwind Traders"]


def test_a_killed_server_starts_again_on_its_directory_with_its_data(shared: StandaloneServer) -> None:
    with shared.client() as client:
        client.replace_customers(CUSTOMERS)
    shared.kill()
    nobody = leadledger("leads", "--data", str(shared.directory))
    assert nobody.returncode == 4
    assert "No server runs in" in nobody.stderr
    shared.start()
    assert customers(shared) == ["Northwind Traders"]
    assert shared.stop() == (0, "")
    assert shared.postmaster() is None, "the database that outlived the kill was taken up, and ends with the server"
    shared.start()


async def test_a_killed_database_is_started_again(shared: StandaloneServer) -> None:
    postmaster = shared.postmaster()
    assert postmaster is not None
    postmaster.kill()

    def is_ready() -> bool:
        return shared.postmaster() != postmaster and httpx.get(f"{shared.ready['url']}/readyz").status_code == 200

    await eventually(is_ready, within=30.0)


def test_a_revoked_administrator_gets_a_new_key_at_the_next_start(shared: StandaloneServer) -> None:
    former, data = shared.ready["api_key"], ("--data", str(shared.directory))
    (key,) = json_lines(leadledger("keys", "list", "--json", *data).stdout)
    assert leadledger("keys", "revoke", key["key_id"], *data).returncode == 0
    assert leadledger("providers", "list", *data).returncode == 3
    shared.stop()
    shared.start()
    assert shared.ready["api_key"] != former
    assert leadledger("providers", "list", *data).returncode == 0


def test_the_sandbox_says_that_it_invents_and_leaves_credentials_of_ones_own_alone(shared: StandaloneServer) -> None:
    with shared.client() as client:
        client.configure_provider("pdl-bulk", secrets={"api_key": "of my own"})
    shared.stop()
    shared.start("--sandbox")
    assert "are INVENTED" in shared.said()
    assert "NOT imitated, because they have credentials of their own: pdl-bulk." in shared.said()
    assert httpx.get(f"{shared.ready['url']}/sandbox/health").status_code == 200
    with shared.client() as client:
        assert client.provider("pdl-bulk")["variables"] == {"base_url": "https://api.peopledatalabs.com"}
        address = client.provider("apollo-bulk-match")["variables"]["base_url"]
        assert address == f"{shared.ready['url']}/sandbox/apollo"
    shared.stop()
    shared.start()
    told = shared.said().partition("still point to a sandbox that does not run now: ")[2].partition(". Start with")[0]
    assert {"apollo-bulk-match", "apollo-organization-enrich", "pdl-enrich"} <= set(told.split(", "))
    assert "pdl-bulk" not in told.split(", ")


def test_a_first_start_that_was_killed_is_begun_again() -> None:
    with standalone_server(unfinished=True) as server:
        assert server.ready["url"].startswith("http://127.0.0.1:")


def test_a_batch_and_who_watches_it_go_on_after_a_kill() -> None:
    demo = Path(__file__).parents[2] / "services" / "sandbox" / "demo" / "apollo_demo.csv"
    options = ("--sandbox", "--port", str(free_port()))
    with (
        standalone_server(*options, LEADLEDGER_LEASE_SECONDS="2") as server,
        ThreadPoolExecutor(1) as pool,
        server.client() as client,
        server.client() as watcher,
    ):
        batch_id = client.launch(client.upload(demo).upload_id).batch_id
        events = watcher.watch(batch_id)
        positions = [next(events).position]
        watching = pool.submit(lambda: [event.position for event in events])
        server.kill()
        server.start(*options, LEADLEDGER_LEASE_SECONDS="2")
        positions += watching.result(timeout=60)
        batch = client.batch(batch_id)
        assert (batch.is_readable, sum(batch.counts.values()), client.verify(batch_id).verified) == (True, 300, True)
        assert positions == sorted(set(positions)), "no event was lost or came twice"
