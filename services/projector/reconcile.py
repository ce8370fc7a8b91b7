"""Reconcile: what the runs say and no message told. A lost message never leaves a batch unprojected."""

import structlog

from services.projector.rebuild import RebuildRequest, rebuild
from services.projector.rules import Rules
from services.projector.store.batches import completions_to_project
from shared.postgres import AWAY, Postgres
from shared.telemetry import span

_log = structlog.get_logger()

_AT_ONCE = 20


async def project_completions(postgres: Postgres, rules: Rules, *, quiet_seconds: float) -> int:
    """Rebuild batches that completed `quiet_seconds` ago or earlier and are not readable; return how many.

    One that fails is logged and tried again next time; it does not keep the others waiting.
    """
    async with postgres.duties() as connection:
        waiting = await completions_to_project(connection, quiet_seconds=quiet_seconds, limit=_AT_ONCE)
    projected = 0
    for client_id, batch_id, completion in waiting:
        request = RebuildRequest(client_id=client_id, batch_id=batch_id, completion=completion)
        with span("reconcile", client_id=client_id, batch_id=batch_id):
            try:
                projected += await rebuild(postgres, rules, request) is not None
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - one batch must not stop the others
                _log.error("batch can't be projected", exc_info=error)
    return projected
