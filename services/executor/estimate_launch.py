"""What is behind `POST /estimates`: read rows of the upload as they would be asked about, and estimate."""

from dataclasses import dataclass
from uuid import UUID

from services.executor.estimate import MOST_LOOKED_AT, Estimate, Known, estimate
from services.executor.run_chunk import Executor
from services.executor.store.estimates import UploadToEstimate, experience_of, find_upload, inputs_of, spread_rows
from services.executor.workflow import Workflow
from shared.errors import NotFound, Unprocessable
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
        workflow = _workflow(executor, launch.workflow, upload.source)
        known = await _known(connection, executor, launch, upload)
    return EstimatedLaunch(
        workflow=workflow.name, items=known.items, looked_at=len(known.inputs), estimates=estimate(workflow, known)
    )


def _workflow(executor: Executor, name: str | None, source: str) -> Workflow:
    if name is not None:
        return executor.registry.workflow(name)
    fitting = [each for each in executor.registry.workflows.values() if source in each.default_for]
    if not fitting:
        raise Unprocessable(f"The source {source} has no default workflow; name one: GET /workflows lists them.")
    return fitting[0]


async def _known(
    connection: Connection, executor: Executor, launch: LaunchToEstimate, upload: UploadToEstimate
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
        providers=executor.providers,
        experience=await experience_of(connection, launch.client_id),
    )
