"""Apply promoted rules: every batch that other rules made is rebuilt, one after the other, the newest first.

What is left to do is read from the tables each time: a killed process goes on where it was, and two share the work.
Readers see each batch's former leads until its new ones are there.
"""

import structlog

from services.projector.rebuild import RebuildRequest, rebuild_in
from services.projector.rules import Rules
from services.projector.rules_of_client import live_rules
from services.projector.store.rules import BatchByOldRules, batches_by_old_rules, count_by_old_rules
from shared.errors import Conflict
from shared.events import RulesApplied
from shared.outbox import append_event
from shared.postgres import AWAY, Postgres
from shared.telemetry import span

_log = structlog.get_logger()

_AT_ONCE = 50


async def apply_promoted_rules(postgres: Postgres, builtin: Rules) -> int:
    """Rebuild the next batches whose client has promoted other rules since; return how many.

    One that fails is logged and tried again next time; it does not keep the others waiting.
    """
    async with postgres.duties() as connection:
        waiting = await batches_by_old_rules(connection, builtin=builtin.version, limit=_AT_ONCE)
    applied = 0
    for batch in waiting:
        with span("apply rules", client_id=batch.client_id, batch_id=batch.batch_id):
            try:
                applied += await _apply(postgres, builtin, batch)
            except AWAY:
                raise
            except Exception as error:  # noqa: BLE001 - one batch must not stop the others
                _log.error("batch can't be read by the promoted rules", exc_info=error)
    return applied


async def _apply(postgres: Postgres, builtin: Rules, batch: BatchByOldRules) -> bool:
    client_id = batch.client_id
    async with postgres.tenant(client_id) as connection:
        rules = await live_rules(connection, client_id, builtin)
        try:
            await rebuild_in(connection, rules, RebuildRequest(client_id=client_id, batch_id=batch.batch_id))
        except Conflict:
            return False  # it is at work again, and will be read by these rules when it completes
        waiting = await count_by_old_rules(connection, client_id, builtin=builtin.version)
        await append_event(
            connection, "projector", RulesApplied(client_id=client_id, rules=rules.version, waiting=waiting)
        )
    return True
