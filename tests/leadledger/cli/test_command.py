"""What all commands share: the way to the server, and errors as words and exit codes."""

import json
import socket
from pathlib import Path

import pytest

from tests.leadledger.conftest import Run
from tests.standalone_server import StandaloneServer, leadledger


def test_the_data_directory_says_where_the_server_is_and_gives_the_key(run: Run) -> None:
    assert run("providers", "list").exit_code == 0


def test_url_and_key_can_come_from_the_environment(standalone: StandaloneServer, tmp_path: Path) -> None:
    url, key = standalone.ready["url"], standalone.ready["api_key"]
    ran = leadledger("providers", "list", "--data", str(tmp_path), LEADLEDGER_URL=url, LEADLEDGER_API_KEY=key)
    assert (ran.returncode, ran.stderr) == (0, "")


def test_without_a_server_it_says_how_to_start_one(run: Run, tmp_path: Path) -> None:
    ran = run("leads", "--data", str(tmp_path))
    assert ran.exit_code == 4
    assert "leadledger up" in ran.stderr


def test_a_server_that_does_not_answer_is_unreachable(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ran = run("leads", "--url", url, "--key", "ll_x", "--json")
    assert (ran.exit_code, ran.stdout) == (4, "")
    assert json.loads(ran.stderr)["error"]["title"] == "No answer"


def test_the_directorys_key_is_sent_to_the_directorys_server_alone(run: Run) -> None:
    ran = run("leads", "--url", "http://elsewhere.example")
    assert ran.exit_code == 2
    assert "No API key" in ran.stderr


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://elsewhere.example"])
def test_what_is_no_address_is_wrong_usage(run: Run, url: str) -> None:
    assert run("leads", "--url", url, "--key", "ll_x").exit_code == 2


def test_a_wrong_key_is_refused_and_told_as_json(run: Run) -> None:
    ran = run("leads", "--key", "ll_wrong", "--json")
    assert (ran.exit_code, ran.stdout) == (3, "")
    error = json.loads(ran.stderr)["error"]
    assert error["status"] == 401
    assert len(error["trace_id"]) == 32


def test_a_command_as_a_process_prints_json_alone(standalone: StandaloneServer) -> None:
    ran = leadledger("providers", "list", "--json", "--data", str(standalone.directory))
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "pdl-bulk" in [json.loads(line)["name"] for line in ran.stdout.splitlines()]


def test_the_exit_codes_are_told_in_the_help(run: Run) -> None:
    assert "4 the" in run("--help").stdout
