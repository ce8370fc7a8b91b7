"""What is behind `POST /estimates`: read rows of the upload as they would be asked about, and estimate."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from services.executor.compiled import CompiledProvider
from services.executor.estimate import MOST_LOOKED_AT, Estimate, Known, estimate
from services.executor.run_chunk import Executor
from services.executor.store.estimates import UploadToEstimate, experience_of, find_upload, inputs_of, spread_rows
from services.executor.workflows_of_client import workflow_to_launch
from shared.errors import NotFound
from shared.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchToEstimate:
    """A launch as it would be ordered."""

    client_id: UUID
    upload_id: UUID
    workflow: str | None
    sample: int | None
    rows: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedLaunch:
    """The estimate of a launch; `looked_at` of its `items` were looked at."""

    workflow: str
    items: int
    looked_at: int
    estimates: list[Estimate]


async def estimate_launch(executor: Executor, launch: LaunchToEstimate) -> EstimatedLaunch:
    """Return the estimate; raises NotFound for an unknown upload or workflow, Unprocessable where none is chosen."""
    async with executor.postgres.tenant(launch.client_id) as connection:
        upload = await find_upload(connection, launch.client_id, launch.upload_id)
        if upload is None:
            raise NotFound(f"There is no upload {launch.upload_id}; GET /uploads lists yours.")
        workflow = await workflow_to_launch(connection, launch.client_id, launch.workflow, upload.source)
    names = {name for step in workflow.steps for name in step.providers}
    providers = await executor.providers.asked(launch.client_id, dict.fromkeys(names))
    async with executor.postgres.tenant(launch.client_id) as connection:
        known = await _known(connection, launch, providers, upload)
    return EstimatedLaunch(
        workflow=workflow.name, items=known.items, looked_at=len(known.inputs), estimates=estimate(workflow, known)
    )


async def _known(
    connection: Connection,
    launch: LaunchToEstimate,
    providers: Mapping[str, CompiledProvider],
    upload: UploadToEstimate,
) -> Known:
    ids = (launch.client_id, launch.upload_id)
    if launch.rows is not None:
        items = len(set(launch.rows))
        chosen = sorted(set(launch.rows))[:: -(-items // MOST_LOOKED_AT)]
        inputs = await inputs_of(connection, *ids, last=upload.rows, rows=chosen, most=None)
    elif launch.sample is not None:
        most = min(launch.sample, MOST_LOOKED_AT)
        inputs = await inputs_of(connection, *ids, last=upload.rows, rows=None, most=most)
        items = min(launch.sample, upload.items) if len(inputs) == most else len(inputs)
    else:
        items = upload.items
        spread = await spread_rows(connection, *ids, every=-(-upload.rows // MOST_LOOKED_AT) or 1)
        inputs = await inputs_of(connection, *ids, last=upload.rows, rows=spread, most=None)
    return Known(
        inputs=inputs,
        items=items,
        providers=providers,
        experience=await experience_of(connection, launch.client_id),
    )
