"""The folder of a standalone server."""

import os
import subprocess
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from services.data_directory import DataDirectory, DirectoryInUse, RunningServer


@pytest.fixture
def directory(tmp_path: Path) -> DataDirectory:
    return DataDirectory(tmp_path / "new" / "data")


def test_the_secret_key_is_made_once_and_only_its_owner_can_read_it(directory: DataDirectory) -> None:
    with directory.locked():
        key = directory.secret_key().get_secret_value()
    Fernet(key)
    assert DataDirectory(directory.path).secret_key().get_secret_value() == key
    assert (directory.path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_the_api_key_is_kept_for_its_owner_alone(directory: DataDirectory) -> None:
    assert directory.api_key() is None
    with directory.locked():
        directory.keep_api_key("ll_example")
    assert directory.api_key() == "ll_example"
    assert directory.api_key_file.stat().st_mode & 0o777 == 0o600


def test_one_folder_has_one_holder(directory: DataDirectory) -> None:
    with directory.locked(), pytest.raises(DirectoryInUse, match=r"another process\..*--data"):
        DataDirectory(directory.path).locked().__enter__()
    with directory.locked():
        pass


def test_whoever_holds_the_folder_is_named(directory: DataDirectory) -> None:
    with directory.locked():
        directory.announce(RunningServer.of_process(os.getpid(), url="http://127.0.0.1:9", dsn="postgresql://x"))
        with pytest.raises(DirectoryInUse, match=f"http://127.0.0.1:9 .process {os.getpid()}."):
            DataDirectory(directory.path).locked().__enter__()
    assert directory.running_server() is None


def test_what_a_killed_server_left_is_not_taken_for_a_running_one(directory: DataDirectory) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    server = RunningServer.of_process(os.getpid(), url="http://127.0.0.1:9", dsn="postgresql://x")
    directory.path.mkdir(parents=True)
    directory.announce(server)
    assert directory.running_server() == server
    directory.announce(server.model_copy(update={"pid": ended.pid}))
    assert directory.running_server() is None
    directory.announce(server.model_copy(update={"started_at": server.started_at - 100}))
    assert directory.running_server() is None, "the number went to another process"
