"""What the README says is true."""

import re
from pathlib import Path

import pytest

from leadledger.cli.exit_code import MEANINGS
from shared.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_stands_in_the_table_with_its_default(name: str) -> None:
    default = Settings.model_fields[name].default
    shown = str(default).lower() if isinstance(default, bool) else default
    assert f"| `LEADLEDGER_{name.upper()}` | {f'`{shown}`' if shown not in (None, '') else ''} |" in README


def test_the_files_it_names_are_there() -> None:
    named = set(re.findall(r"`((?:services|shared)/[^`]+)`", README)) | set(re.findall(r"\]\(([^):]+)\)", README))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def test_the_exit_codes_are_those_of_the_command_line() -> None:
    assert " ".join(MEANINGS.split()) in " ".join(README.split())
