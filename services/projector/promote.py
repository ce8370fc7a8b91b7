"""Promote a draft, or roll a promotion back: what one place has of a batch takes the place of what readers see."""

from uuid import UUID

from services.projector.filters import AT_CUSTOMER
from services.projector.rebuild import announce
from services.projector.store import batches, drafts, lead_sets, matches, reading
from services.projector.store.batches import Projection
from services.projector.store.drafts import Place
from shared.errors import Conflict, NotFound
from shared.failpoints import failpoint
from shared.postgres import Connection


async def promote_draft(connection: Connection, client_id: UUID, batch_id: UUID) -> Projection:
    """Let readers see the draft; what they saw until now is kept, to roll back to. Raises NotFound, Conflict."""
    missing = "This batch has no draft; POST /batches/{id}/projection with draft: true makes one."
    return await _swap(connection, client_id, batch_id, ("projection_draft", "projection_former"), missing)


async def roll_back(connection: Connection, client_id: UUID, batch_id: UUID) -> Projection:
    """Let readers see again what the last promotion took away; that becomes the draft. Raises NotFound, Conflict."""
    missing = "There is nothing to roll back to: no draft of this batch was promoted since its last completion."
    return await _swap(connection, client_id, batch_id, ("projection_former", "projection_draft"), missing)


async def discard_draft(connection: Connection, client_id: UUID, batch_id: UUID) -> None:
    """Forget the draft; raises NotFound if there is none."""
    await batches.lock_batch(connection, client_id, batch_id)
    if not await drafts.clear(connection, client_id, batch_id, "projection_draft"):
        raise NotFound("This batch has no draft.")


async def _swap(
    connection: Connection, client_id: UUID, batch_id: UUID, places: tuple[Place, Place], missing: str
) -> Projection:
    """Move the live rows to the second place, and those of the first to where readers look."""
    coming, going = places
    await batches.lock_customers_shared(connection, client_id)
    await batches.lock_batch(connection, client_id, batch_id)
    state = await batches.find_batch(connection, client_id, batch_id)
    if state is None:
        raise NotFound("You have no batch of this id; GET /batches lists yours.")
    projection = await drafts.projection_in(connection, client_id, batch_id, coming)
    if projection is None:
        raise NotFound(missing)
    if projection.completion < max(state.completion, state.projected_completion or 0):
        raise Conflict("The batch was completed anew since; what was made of fewer answers can't take its place.")
    await reading.prepare(connection)
    await drafts.move(connection, client_id, batch_id, origin="projection", destination=going)
    await drafts.move(connection, client_id, batch_id, origin=coming, destination="projection")
    failpoint("projector.moved_before_commit")
    # The customers may have changed since.
    await matches.rematch(connection, client_id, batch_id)
    await lead_sets.write_sets(connection, client_id, [AT_CUSTOMER], batch_id)
    await drafts.mark_projected_now(connection, client_id, batch_id)
    await announce(connection, projection)
    return projection
