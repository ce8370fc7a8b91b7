"""`leadledger demo`."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.data_directory import DataDirectory
from tests.standalone_server import json_lines, leadledger


@pytest.fixture
def data() -> Iterator[Path]:
    """A folder that the embedded database's user can reach."""
    parent = Path(tempfile.mkdtemp(prefix="leadledger-demo-"))
    yield parent / "data"
    shutil.rmtree(parent)


def test_the_demo_answers_the_question_ends_by_itself_and_works_again(data: Path) -> None:
    first = leadledger("demo", "--data", str(data))
    assert first.returncode == 0, first.stderr
    assert "INVENTED" in first.stderr
    assert "Who used to work at our customers?" in first.stdout
    assert "Seal: verified" in first.stdout
    assert DataDirectory(data).running_server() is None
    assert not (data / "pg" / "postmaster.pid").exists()

    second = leadledger("demo", "--data", str(data), "--json")
    assert second.returncode == 0, second.stderr
    assert "with what earlier demos stored there" in second.stderr
    (batch,) = [line for line in json_lines(second.stdout) if "counts" in line and "state" in line]
    assert (batch["state"], batch["items"]) == ("completed", 300)
