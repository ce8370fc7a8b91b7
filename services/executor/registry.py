"""The registry: the provider and workflow documents that come with the software, one YAML file each."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import ValidationError

from services.executor.document import ProviderDocument
from services.executor.document_faults import provider_faults, workflow_faults
from services.executor.workflow import Workflow

_HERE = Path(__file__).parent

_Document = TypeVar("_Document", ProviderDocument, Workflow)


class BrokenDocument(Exception):  # noqa: N818 - it is the document that is broken
    """A document that comes with the software does not fit; the message names file, path and fault."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Providers and workflows by name."""

    providers: Mapping[str, ProviderDocument]
    workflows: Mapping[str, Workflow]


def load_registry() -> Registry:
    """Read every document; raises BrokenDocument for one that does not fit."""
    providers = [_read(file, ProviderDocument) for file in sorted((_HERE / "providers").glob("*.yaml"))]
    workflows = [_read(file, Workflow) for file in sorted((_HERE / "workflows").glob("*.yaml"))]
    registry = Registry({each.name: each for each in providers}, {each.name: each for each in workflows})
    faults = [(each.name, fault) for each in providers for fault in provider_faults(each)]
    faults += [(each.name, fault) for each in workflows for fault in workflow_faults(each, registry.providers)]
    if faults:
        raise BrokenDocument("; ".join(f"{name}: {fault.at}: {fault.message}" for name, fault in faults))
    return registry


def _read(file: Path, model: type[_Document]) -> _Document:
    try:
        return model.model_validate(yaml.safe_load(file.read_text()))
    except (ValidationError, yaml.YAMLError) as error:
        raise BrokenDocument(f"{file.name}: {error}") from error
