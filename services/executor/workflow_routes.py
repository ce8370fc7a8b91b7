"""Workflows over HTTP: their documents in versions."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from services.executor.document_body import BODY, read_document
from services.executor.keep_document import keep_workflow
from services.executor.registry_schemas import Version, Versions, WorkflowDetail, Workflows
from services.executor.store.documents import current_workflows, workflow_versions
from services.executor.workflows_of_client import find_workflow
from shared.auth import ProviderKeeper, Reader

router = APIRouter(prefix="/workflows", tags=["workflows"])


@router.get("", summary="List the workflows")
async def list_workflows(request: Request, caller: Reader) -> Workflows:
    """List every workflow, built-in or your own, with its steps."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        known = await current_workflows(connection, caller.client_id)
    return Workflows(workflows=[WorkflowDetail.of(each) for each in known.values()])


@router.get("/{name}", summary="Show a workflow")
async def show_workflow(
    name: str,
    request: Request,
    caller: Reader,
    version: Annotated[int | None, Query(ge=1, description="The newest if absent")] = None,
) -> WorkflowDetail:
    """Show one workflow with its steps."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        return WorkflowDetail.of(await find_workflow(connection, caller.client_id, name, version))


@router.get("/{name}/versions", summary="List the versions of a workflow")
async def list_versions(name: str, request: Request, caller: Reader) -> Versions:
    """List them: your own first, then those that come with the software. Batches keep the one they began with."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        await find_workflow(connection, caller.client_id, name)
        versions = await workflow_versions(connection, caller.client_id, name)
    return Versions(name=name, versions=[Version.of(each) for each in versions])


@router.put("/{name}", summary="Keep a workflow", openapi_extra=BODY)
async def put_workflow(
    name: str,
    request: Request,
    response: Response,
    caller: ProviderKeeper,
    given: Annotated[dict[str, Any], Depends(read_document)],
) -> WorkflowDetail:
    """Keep the workflow, YAML or JSON, as the next version of your own; one that says the same is not kept again.

    201: it is new, and launches from now on follow it. With `default_for` it is the one that launches of uploads of
    this source follow when they name none.
    """
    executor = request.app.state.executor
    kept = await keep_workflow(executor.postgres, executor.providers, caller, name, given)
    response.status_code = 201 if kept.is_new else 200
    return WorkflowDetail.of(kept.version)
