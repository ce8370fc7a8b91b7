"""`leadledger rules`."""

from pathlib import Path

import yaml

from tests.leadledger.conftest import Run

READING = """
readings:
  - name: our-crm
    providers: [our-crm]
    fields: {title: $.position}
"""


def test_a_document_becomes_a_version_that_can_be_shown(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text(READING)
    (made,) = run("rules", "add", str(file), "--name", "our CRM", "--json").lines
    (listed,) = run("rules", "list", "--json").lines
    assert (listed["versions"][0]["version"], listed["versions"][0]["name"]) == (made["version"], "our CRM")
    whole = yaml.safe_load(run("rules", "show", made["version"]).stdout)
    assert whole["base"] == "nothing"
    assert whole["readings"][-1]["fields"] == {"title": ["$.position"]}


def test_what_is_no_document_is_wrong_usage_and_what_does_not_fit_is_refused(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "ours.yaml"
    file.write_text("[")
    assert run("rules", "add", str(file)).exit_code == 2
    assert run("rules", "add", "nowhere.yaml").exit_code == 2
    file.write_text(READING.replace("$.position", "'$.position['"))
    refused = run("rules", "add", str(file))
    assert refused.exit_code == 3
    assert "readings.our-crm.fields.title.0" in refused.stderr
