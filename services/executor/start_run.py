"""Start a batch's run: its chunks, once, however often the launch is told."""

from uuid import UUID

from services.executor.store.companies import insert_companies
from services.executor.store.runs import batches_without_run, insert_run, launched_batch
from services.executor.workflow import LaunchedWorkflow
from shared.postgres import Postgres
from shared.telemetry import traceparent


async def start_run(postgres: Postgres, client_id: UUID, batch_id: UUID, *, chunk_items: int) -> bool:
    """Make the run, its chunks and its companies; False if they are there, or the batch is not."""
    async with postgres.tenant(client_id) as connection:
        batch = await launched_batch(connection, client_id, batch_id)
        if batch is None:
            return False
        is_new = await insert_run(
            connection, client_id, batch_id, batch, chunk_items=chunk_items, traceparent=traceparent()
        )
        if is_new and LaunchedWorkflow.model_validate(batch.workflow).asks_about_companies:
            await insert_companies(connection, client_id, batch_id)
        return is_new


async def start_missing_runs(postgres: Postgres, *, chunk_items: int) -> int:
    """Start the runs whose launch event never came; return how many."""
    async with postgres.duties() as connection:
        missing = await batches_without_run(connection)
    for client_id, batch_id in missing:
        await start_run(postgres, client_id, batch_id, chunk_items=chunk_items)
    return len(missing)
