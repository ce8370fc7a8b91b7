"""`leadledger projection` and `leadledger rules diff`: a draft, its diff, promotion and rollback."""

from pathlib import Path

import pytest

from tests.leadledger.conftest import Run


@pytest.fixture
def batch(run: Run, few_rows: Path) -> str:
    (upload,) = run("upload", str(few_rows), "--json").lines
    (launched,) = run("launch", upload["upload_id"], "--json").lines
    assert run("watch", launched["batch_id"]).exit_code == 0
    return str(launched["batch_id"])


def test_other_rules_are_looked_at_put_in_place_and_taken_back(run: Run, batch: str, tmp_path: Path) -> None:
    file = tmp_path / "csv-first.yaml"
    file.write_text("base: builtin\npolicy: {fields: {title: [csv]}, work_history: [pdl]}\n")
    (made,) = run("rules", "add", str(file), "--json").lines
    shown = run("rules", "diff", batch, "--rules", made["version"])
    assert shown.exit_code == 0
    assert "leads change" in shown.stdout
    (page,) = run("projection", "diff", batch, "--json").lines
    assert page["draft"]["rules"] == made["rules"]
    (promoted,) = run("projection", "promote", batch, "--json").lines
    assert promoted["rules"] == made["rules"]
    (back,) = run("projection", "rollback", batch, "--json").lines
    assert back["rules"] == page["live"]["rules"]
    assert run("projection", "rollback", batch).exit_code == 3


def test_the_past_can_be_read_again(run: Run, batch: str) -> None:
    (drafted,) = run("projection", "rebuild", batch, "--as-of", "2020-01-01", "--draft", "--json").lines
    assert (drafted["draft"], drafted["jobs"]) == (True, 0)
