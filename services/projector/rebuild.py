"""Rebuild: a batch's tables made anew from its rows and answers, in one transaction.

Readers see the old rows or the new ones, never less. The same answers, customers and rules make the same rows, when-
and however often they are made; the time of the facts is the batch's completion, never the clock.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from services.projector.company_names import NORMALISER, normalise_name
from services.projector.company_sites import domain_of
from services.projector.filters import SETS
from services.projector.projection.addresses import rank_addresses
from services.projector.projection.answers import read_answers, read_listed_addresses
from services.projector.projection.companies import told_companies
from services.projector.projection.leads import insert_leads
from services.projector.projection.source import Source, believed, sources_of
from services.projector.projection.tellings import read_tellings
from services.projector.rules import Rules
from services.projector.rules_of_client import live_rules
from services.projector.store import batches, companies, drafts, emails, jobs, lead_sets, matches, reading, writing
from services.projector.store.batches import BatchState, Projection
from services.projector.store.drafts import Place
from shared.errors import Conflict, NotFound, Unprocessable
from shared.events import BatchProjected
from shared.failpoints import failpoint
from shared.outbox import append_event
from shared.postgres import Connection, Postgres

_MOST_ERRORS = 10_000
"""Kept of one batch; the projection has the number of all."""


class Unreadable(Unprocessable):
    """Answers hold something that can't be read, and it was asked not to overlook that."""

    slug = "unreadable-answers"
    title = "Some answers can't be read"


@dataclass(frozen=True, kw_only=True, slots=True)
class RebuildRequest:
    """What to rebuild. `completion`: done only if that one is not readable yet; None: done in any case.

    `strict`: anything unreadable stops it; else the lead is made without the value, and the error is kept. `as_of`:
    by the answers that were there then. `beside`: as a draft, beside what readers see.
    """

    client_id: UUID
    batch_id: UUID
    completion: int | None = None
    strict: bool = False
    as_of: datetime | None = None
    beside: bool = False


async def rebuild(postgres: Postgres, builtin: Rules, request: RebuildRequest) -> Projection | None:
    """Rebuild a batch in a transaction of its own; return what became of it, or None if there was nothing to do.

    By the client's own rules if it has any in force, else by `builtin`. Raises NotFound for an unknown batch, and
    what `rebuild_in` raises.
    """
    async with postgres.tenant(request.client_id) as connection:
        rules = await live_rules(connection, request.client_id, builtin)
        return await rebuild_in(connection, rules, request)


async def rebuild_in(connection: Connection, rules: Rules, request: RebuildRequest) -> Projection | None:
    """As `rebuild`, inside the caller's transaction; raises Conflict while the batch runs, Unreadable if strict."""
    state = await _take_turn(connection, request)
    if _is_done(state, request):
        return None
    as_of = min(state.as_of, request.as_of or state.as_of)
    groups = await batches.answer_groups(connection, request.client_id, request.batch_id, request.as_of)
    sources = sources_of(rules, groups, steps=state.steps, as_of=request.as_of)
    await _read(connection, rules, request, sources)
    errors = await _count_errors(connection, request)
    job_count = await _consolidate(connection, rules, request.client_id, sources, as_of=as_of)
    if request.beside:
        await drafts.write_beside(connection)
    leads = await _write(connection, rules, request, state=replace(state, as_of=as_of), sources=sources)
    projection = Projection(
        client_id=request.client_id,
        batch_id=request.batch_id,
        completion=state.completion,
        rules=rules.version,
        sources=[source.document() for source in sources],
        as_of=as_of,
        leads=leads,
        jobs=job_count,
        errors=errors,
    )
    await batches.write_projection(connection, projection)
    if request.beside:
        await drafts.write_live_again(connection)
    else:
        await announce(connection, projection)
    failpoint("projector.rebuilt_before_commit")
    return projection


async def _take_turn(connection: Connection, request: RebuildRequest) -> BatchState:
    await batches.lock_customers_shared(connection, request.client_id)
    await batches.lock_batch(connection, request.client_id, request.batch_id)
    state = await batches.find_batch(connection, request.client_id, request.batch_id)
    if state is None:
        raise NotFound("You have no batch of this id; GET /batches lists yours.")
    return state


def _is_done(state: BatchState, request: RebuildRequest) -> bool:
    if request.completion is not None:
        return (state.projected_completion or 0) >= request.completion
    if state.run_state in {None, "running"}:
        raise Conflict("The batch is at work; it is projected when it completes. To look at it now, pause it first.")
    return False


async def _read(connection: Connection, rules: Rules, request: RebuildRequest, sources: Sequence[Source]) -> None:
    """Read rows and answers once: what each says, and every telling of a job, an address and a company."""
    await reading.prepare(connection)
    await batches.remember_rules(connection, request.client_id, version=rules.version, document=rules.document)
    ids = (request.client_id, request.batch_id)
    await reading.read_into(connection, "read_answers", read_answers(sources), *ids)
    await reading.read_into(connection, "read_tellings", read_tellings(sources), *ids)
    await reading.read_into(connection, "listed_addresses", read_listed_addresses(sources), *ids)
    await reading.read_into(connection, "told_companies", told_companies())


async def _count_errors(connection: Connection, request: RebuildRequest) -> int:
    count = await reading.collect_unread(connection)
    if count and request.strict:
        listed = await reading.first_unread(connection, 20)
        places = [{key: str(value) for key, value in error.items()} for error in listed]
        raise Unreadable(
            f"{count} values can't be read, so nothing was changed. Mend the reading, or rebuild without strict.",
            errors=places,
        )
    return count


async def _consolidate(
    connection: Connection, rules: Rules, client_id: UUID, sources: Sequence[Source], *, as_of: datetime
) -> int:
    """Make one of what was told several times; return how many jobs there are."""
    policy = rules.policy
    await _normalise(connection, client_id)
    await companies.tell_companies_apart(connection, client_id, policy.not_companies)
    history = _places(sources, policy.work_history)
    await jobs.merge_tellings(connection, history)
    count = await jobs.make_jobs(connection, history)
    await jobs.find_current_jobs(connection)
    await reading.read_into(connection, "addresses", rank_addresses(sources, policy.email, as_of))
    await matches.match_jobs(connection, client_id)
    return count


def _places(sources: Sequence[Source], order: Sequence[str]) -> list[int]:
    """Return each source's rank in an order of belief, by source_no."""
    ranked = [source.source_no for source in believed(sources, order)]
    return [ranked.index(source.source_no) for source in sources]


async def _normalise(connection: Connection, client_id: UUID) -> None:
    """Fill the dictionaries with the names and sites that are new; only these pass through Python."""
    names = await companies.names_to_normalise(connection, client_id, NORMALISER)
    if names:
        keyed = await asyncio.to_thread(lambda: [normalise_name(name) for name in names])
        listed = [(name, made.key, made.others) for name, made in zip(names, keyed, strict=True)]
        await companies.keep_names(connection, client_id, NORMALISER, listed)
        await companies.keep_name_words(connection, client_id, names)
    sites = await companies.sites_to_reduce(connection, client_id, NORMALISER)
    if sites:
        domains = await asyncio.to_thread(lambda: [domain_of(site) for site in sites])
        await companies.keep_sites(connection, client_id, NORMALISER, list(zip(sites, domains, strict=True)))


async def _write(
    connection: Connection, rules: Rules, request: RebuildRequest, *, state: BatchState, sources: Sequence[Source]
) -> int:
    """Make the tables hold what was read of the batch; return how many leads it has."""
    client_id, batch_id = request.client_id, request.batch_id
    place: Place = "projection_draft" if request.beside else "projection"
    is_written = await writing.is_written(connection, client_id, batch_id)
    if is_written:
        await writing.hold_back(connection)
    insert = insert_leads(sources, rules.policy)
    written = await connection.execute(insert, client_id, batch_id, state.source, state.as_of, rules.version)
    await _write_told(connection, request, providers=[source.provider for source in sources])
    if is_written:
        await writing.delete_changed(connection, place, client_id, batch_id)
        failpoint("projector.deleted_before_insert")
        await writing.insert_missing(connection, place, client_id)
    await writing.write_search_words(connection, client_id, batch_id)
    await lead_sets.write_sets(connection, client_id, SETS, batch_id)
    return int(written.split()[-1])


async def _write_told(connection: Connection, request: RebuildRequest, *, providers: Sequence[str]) -> None:
    """Write everything but the leads themselves."""
    client_id, batch_id = request.client_id, request.batch_id
    failpoint("projector.leads_before_jobs")
    await jobs.write_jobs(connection, client_id, batch_id)
    await emails.write_addresses(connection, client_id, batch_id, providers=providers)
    await matches.write_matches(connection, client_id, batch_id)
    await writing.write_errors(connection, client_id, batch_id, providers=providers, limit=_MOST_ERRORS)


async def announce(connection: Connection, projection: Projection) -> None:
    """Tell that the batch's tables hold this now."""
    event = BatchProjected(
        client_id=projection.client_id,
        batch_id=projection.batch_id,
        completion=projection.completion,
        leads=projection.leads,
        jobs=projection.jobs,
        rules=projection.rules,
    )
    await append_event(connection, "projector", event)
