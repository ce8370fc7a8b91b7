"""Keep a client's own document of a provider or a workflow, as its next version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError

from services.executor.document import ProviderDocument
from services.executor.document_faults import Fault, provider_faults, workflow_faults
from services.executor.known_providers import KnownProviders
from services.executor.store import documents as store
from services.executor.store.documents import DocumentVersion
from services.executor.workflow import Workflow
from shared.auth import Caller
from shared.errors import Conflict, Unprocessable
from shared.postgres import Postgres

_Document = TypeVar("_Document", ProviderDocument, Workflow)


class DocumentDoesNotFit(Unprocessable):
    """Something in the document can't be; `errors` lists each with its place."""

    slug = "document-does-not-fit"
    title = "The document can't be used"


class VersionTaken(Conflict):
    """There is such a version, or a later one, and it says something else."""

    slug = "version-taken"
    title = "This version of the document is there already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The version that says what was sent; `is_new`: it was kept just now."""

    version: DocumentVersion
    is_new: bool


async def keep_provider(postgres: Postgres, caller: Caller, name: str, given: Mapping[str, Any]) -> Kept:
    """Keep a provider's document; raises DocumentDoesNotFit, VersionTaken."""
    document = _validated(ProviderDocument, name, given)
    _refuse(provider_faults(document))
    async with postgres.tenant(caller.client_id) as connection:
        await store.lock_document(connection, caller.client_id, "provider", name)
        versions = await store.provider_versions(connection, caller.client_id, name)
        known = _same(document, given, versions)
        if known is not None:
            return Kept(version=known, is_new=False)
        numbered = document.model_copy(update={"version": _number(given, versions)}).model_dump(mode="json")
        await store.insert_provider(connection, caller.client_id, numbered, made_by=caller.key_id)
        made = (await store.provider_versions(connection, caller.client_id, name))[0]
    return Kept(version=made, is_new=True)


async def keep_workflow(
    postgres: Postgres, providers: KnownProviders, caller: Caller, name: str, given: Mapping[str, Any]
) -> Kept:
    """Keep a workflow; raises DocumentDoesNotFit, VersionTaken."""
    workflow = _validated(Workflow, name, given)
    _refuse(workflow_faults(workflow, await providers.all(caller.client_id)))
    async with postgres.tenant(caller.client_id) as connection:
        await store.lock_document(connection, caller.client_id, "workflow", name)
        versions = await store.workflow_versions(connection, caller.client_id, name)
        known = _same(workflow, given, versions)
        if known is not None:
            return Kept(version=known, is_new=False)
        numbered = workflow.model_copy(update={"version": _number(given, versions)}).model_dump(mode="json")
        await store.insert_workflow(connection, caller.client_id, numbered, made_by=caller.key_id)
        made = (await store.workflow_versions(connection, caller.client_id, name))[0]
    return Kept(version=made, is_new=True)


def _validated(model: type[_Document], name: str, given: Mapping[str, Any]) -> _Document:
    """Return the document; the path's name and the next version stand in for what it leaves out."""
    if given.get("name", name) != name:
        _refuse([Fault(at="name", message=f"the document is sent to {name}; name it so, or leave it out")])
    try:
        return model.model_validate({"version": 1, **given, "name": name})
    except ValidationError as error:
        faults = [Fault(at=".".join(map(str, each["loc"])), message=each["msg"]) for each in error.errors()]
        raise _does_not_fit(faults) from error


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise _does_not_fit(faults)


def _does_not_fit(faults: Sequence[Fault]) -> DocumentDoesNotFit:
    listed = "; ".join(f"{each.at}: {each.message}" if each.at else each.message for each in faults)
    errors = [{"at": each.at, "message": each.message} for each in faults]
    return DocumentDoesNotFit(f"Nothing was kept. Mend these and send it again: {listed}", errors=errors)


def _same(
    document: ProviderDocument | Workflow, given: Mapping[str, Any], versions: Sequence[DocumentVersion]
) -> DocumentVersion | None:
    """Return the version in force if it says the same, and is not asked to be another version."""
    if not versions:
        return None
    current = versions[0]
    said = document.model_copy(update={"version": current.version}).model_dump(mode="json")
    return current if said == current.document and given.get("version", current.version) == current.version else None


def _number(given: Mapping[str, Any], versions: Sequence[DocumentVersion]) -> int:
    newest = max((each.version for each in versions), default=0)
    number: int = given.get("version", newest + 1)
    if number <= newest:
        raise VersionTaken(
            f"Version {newest} is there and stays as it is. Leave `version` out, or send version {newest + 1} or more.",
            newest=newest,
        )
    return number
