"""Give a chunk back that can't be finished now, each cause in its own way."""

import structlog

from services.executor.budget import OverBudget, stop_for_budget
from services.executor.ledger import Fenced, Halted
from services.executor.park import park
from services.executor.parked import Parked
from services.executor.store.chunks import ChunkOrder
from services.executor.store.falls import count_fall
from shared.errors import Unavailable
from shared.postgres import AWAY, Postgres

_log = structlog.get_logger()


async def give_back(postgres: Postgres, order: ChunkOrder, cause: Exception) -> None:
    """Give the chunk back, unless it is another's already; raises the cause while the database is away.

    What nobody foresaw is counted against the chunk: one of its items may be what breaks us.
    """
    if isinstance(cause, Fenced):
        _log.warning("chunk dropped", reason=str(cause))
    elif isinstance(cause, Halted):
        _log.info("chunk given back", reason=str(cause))
        await park(postgres, order, Parked(0, str(cause)))
    elif isinstance(cause, OverBudget):
        _log.info("chunk given back", reason=str(cause))
        await stop_for_budget(postgres, order, cause)
    elif isinstance(cause, Parked):
        _log.info("chunk parked", seconds=cause.seconds, reason=str(cause))
        await park(postgres, order, cause)
    elif isinstance(cause, (*AWAY, Unavailable)):
        raise cause
    else:
        _log.error("chunk failed", exc_info=cause)
        async with postgres.tenant(order.client_id) as connection:
            await count_fall(connection, order, reason=f"{type(cause).__name__} while it was worked on; tried again")
