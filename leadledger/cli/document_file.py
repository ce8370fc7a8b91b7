"""A YAML or JSON document given as a file."""

from pathlib import Path
from typing import Any

import yaml

from leadledger.cli.command import CommandError
from leadledger.cli.exit_code import ExitCode


def read_document(file: Path) -> dict[str, Any]:
    """Return the object that the file says; raises CommandError."""
    try:
        document = yaml.safe_load(file.read_bytes())
    except OSError as error:
        raise CommandError("No such file", f"{file} can't be read; check the path.", ExitCode.USAGE) from error
    except yaml.YAMLError as error:
        raise CommandError("No document", f"{file} is neither YAML nor JSON: {error}", ExitCode.USAGE) from error
    if not isinstance(document, dict):
        raise CommandError("No document", f"{file} is no object: write `key: value` lines.", ExitCode.USAGE)
    return document


def name_of(document: dict[str, Any], file: Path) -> str:
    """Return the name that the document has; raises CommandError without one."""
    if not isinstance(document.get("name"), str):
        raise CommandError("No name", f"{file} does not say its `name:`.", ExitCode.USAGE)
    return str(document["name"])


def as_yaml(document: dict[str, Any]) -> str:
    """Return a document as a file says it, without what is absent."""
    said = {key: value for key, value in document.items() if value not in (None, {}, [])}
    return str(yaml.safe_dump(said, sort_keys=False, allow_unicode=True, width=120)).rstrip()
