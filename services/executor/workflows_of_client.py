"""The workflows that a client can launch, and which one a launch means."""

from uuid import UUID

from services.executor.store.documents import DocumentVersion, current_workflows, workflow_versions
from services.executor.workflow import Workflow
from shared.errors import NotFound, Unprocessable
from shared.postgres import Connection


async def find_workflow(
    connection: Connection, client_id: UUID, name: str, version: int | None = None
) -> DocumentVersion:
    """Return a version of a workflow, without one the newest; raises NotFound."""
    versions = await workflow_versions(connection, client_id, name)
    found = next((each for each in versions if version in (None, each.version)), None)
    if found is not None:
        return found
    if versions:
        told = ", ".join(str(each.version) for each in versions)
        raise NotFound(f"The workflow '{name}' has no such version; it has: {told}.")
    known = ", ".join(await current_workflows(connection, client_id))
    raise NotFound(f"There is no workflow '{name}'; there are: {known}.")


async def workflow_to_launch(connection: Connection, client_id: UUID, name: str | None, source: str) -> Workflow:
    """Return the workflow of this name, else the source's default: the client's own, newest first, then the built-in.

    Raises NotFound, or Unprocessable where the source has no default.
    """
    if name is not None:
        return Workflow.model_validate((await find_workflow(connection, client_id, name)).document)
    known = await current_workflows(connection, client_id)
    fitting = [each for each in known.values() if source in each.document["default_for"]]
    if not fitting:
        raise Unprocessable(f"The source {source} has no default workflow; name one: GET /workflows lists them.")
    own = [each for each in fitting if each.made_at is not None]
    chosen = max(own, key=lambda each: str(each.made_at)) if own else fitting[0]
    return Workflow.model_validate(chosen.document)
