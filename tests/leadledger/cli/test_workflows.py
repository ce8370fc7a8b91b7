"""`leadledger workflows` and the providers' documents of one's own."""

from pathlib import Path

from tests.leadledger.conftest import Run


def test_a_workflow_is_shown_changed_and_added(run: Run, tmp_path: Path) -> None:
    shown = run("workflows", "show", "pdl-single")
    assert shown.exit_code == 0
    file = tmp_path / "own.yaml"
    file.write_text(shown.stdout.replace("name: pdl-single", "name: own-single"))
    added = run("workflows", "add", str(file), "--json")
    assert (added.exit_code, added.lines[0]["origin"], added.lines[0]["version"]) == (0, "own", 1)
    assert run("workflows", "add", str(file)).stdout == "own-single version 1 (own).\n"
    assert "own-single" in {line["name"] for line in run("workflows", "list", "--json").lines}


def test_a_document_that_does_not_fit_says_where(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("name: bad\ntitle: Bad\nsources: []\nsteps:\n  - {name: a, provider: nobody}\n")
    refused = run("workflows", "add", str(file))
    assert refused.exit_code == 3
    assert "steps.0.provider: there is no provider nobody" in refused.stderr
    nameless = tmp_path / "nameless.yaml"
    nameless.write_text("title: Bad\n")
    assert run("providers", "add", str(nameless)).exit_code == 2


def test_a_provider_is_tested_from_the_command_line(run: Run) -> None:
    told = run("providers", "test", "pdl-enrich", "--field", "email=ada@example.com", "--json")
    assert (told.exit_code, told.lines[0]["provider"]) == (0, "pdl-enrich")
    assert told.lines[0]["request"]["headers"] == {"X-Api-Key": "secret:api_key"}
    assert run("providers", "test", "pdl-enrich", "--field", "email").exit_code == 2
