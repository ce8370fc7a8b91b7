"""Launch a batch: its items cleaned from the rows of an upload, in one transaction with the batch and its event."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.ingest.batch_errors import NothingToAskAbout, OverridesMisfit, UnknownRows
from services.ingest.batch_schemas import BatchOrder, LaunchAnswer
from services.ingest.cleaning import cleaning_of
from services.ingest.find_duplicates import find_duplicates
from services.ingest.row_choice import RowChoice
from services.ingest.store import batches as store
from services.ingest.store.uploads import find_upload, new_id
from services.ingest.upload_schemas import UploadAnswer
from services.ingest.workflow_choice import choose_workflow, providers_of
from shared.errors import NotFound, Unprocessable
from shared.events import BatchLaunched
from shared.failpoints import failpoint
from shared.idempotency import Answer, earlier_answer, once, store_answer
from shared.outbox import append_event
from shared.postgres import Connection, Postgres

# What tells which person is meant; any one is enough.
_IDENTITIES = (
    ("email",),
    ("linkedin_url",),
    ("full_name", "company_name"),
    ("full_name", "company_domain"),
    ("first_name", "last_name", "company_name"),
    ("first_name", "last_name", "company_domain"),
)

_NEEDS = (
    "A row needs an email, or a linkedin_url, or a name (full_name, or first_name and last_name) with an employer "
    "(company_name or company_domain)."
)


async def launch_batch(postgres: Postgres, client_id: UUID, order: BatchOrder, idempotency_key: str | None) -> Answer:
    """Launch; the answer is the batch, or the first answer to the same request."""
    request = once(client_id, "POST /batches", idempotency_key, asked=order.model_dump(mode="json"))
    async with postgres.tenant(client_id) as connection:
        answer = await earlier_answer(connection, request)
        if answer is None:
            launched = await _launch(connection, client_id, order)
            answer = Answer(status=202, body=launched.model_dump(mode="json"))
            await store_answer(connection, request, answer)
            failpoint("ingest.batch_before_commit")
    failpoint("ingest.batch_committed_before_answer")
    return answer


async def _launch(connection: Connection, client_id: UUID, order: BatchOrder) -> LaunchAnswer:
    row = await find_upload(connection, client_id, order.upload_id)
    if row is None:
        raise NotFound(f"There is no upload {order.upload_id}; GET /uploads lists yours.")
    upload = UploadAnswer.of(dict(row))
    workflow = await _workflow(connection, client_id, order, upload.source)
    batch_id = await new_id(connection)
    items = await _make_items(connection, client_id, batch_id, order=order, upload=upload)
    facts = {
        "upload_id": upload.upload_id,
        "name": order.name or upload.filename,
        "source": upload.source,
        "workflow": workflow,
        "items": items,
        "sample": order.sample,
        "budget": order.budget,
        "tolerated_failures": order.tolerated_failures and order.tolerated_failures.model_dump(exclude_none=True),
        "overrides": {name: each.model_dump() for name, each in order.overrides.items()},
    }
    await store.insert_batch(connection, client_id, batch_id, facts)
    event = BatchLaunched(
        client_id=client_id, batch_id=batch_id, upload_id=upload.upload_id, workflow=workflow["name"], items=items
    )
    await append_event(connection, "ingest", event)
    return LaunchAnswer(batch_id=batch_id, upload_id=upload.upload_id, workflow=workflow["name"], items=items)


async def _workflow(connection: Connection, client_id: UUID, order: BatchOrder, source: str) -> dict[str, Any]:
    """Return the workflow as the batch keeps it: with the version by which each provider is asked."""
    known = [dict(each) for each in await store.list_workflows(connection, client_id)]
    workflow = choose_workflow(known, order.workflow, source=source)
    providers = await store.list_providers(connection, client_id, providers_of(workflow))
    _refuse_misfits(order, {row["name"]: row["variables"] for row in providers})
    return {**workflow, "providers": {row["name"]: row["version"] for row in providers}}


def _refuse_misfits(order: BatchOrder, variables: Mapping[str, Mapping[str, str]]) -> None:
    for name, override in order.overrides.items():
        if name not in variables:
            raise OverridesMisfit(f"The workflow does not ask {name}; it asks: {', '.join(variables)}.")
        unknown = sorted(set(override.variables) - set(variables[name]))
        if unknown:
            there = ", ".join(variables[name]) or "none"
            raise OverridesMisfit(f"{name} has no variable {', '.join(unknown)}; it has: {there}.")


async def _make_items(
    connection: Connection, client_id: UUID, batch_id: UUID, *, order: BatchOrder, upload: UploadAnswer
) -> int:
    """Append the items and return their number; raises UnknownRows or NothingToAskAbout."""
    if order.rows is not None and order.sample is not None:
        raise Unprocessable("Give either `rows` or `sample`, not both.")
    choice = RowChoice.of(
        upload.upload_id, total=upload.rows, rows=order.rows, sample=order.sample, skip_duplicates=order.skip_duplicates
    )
    unknown = [row_no for row_no in choice.rows or () if row_no > upload.rows]
    if unknown:
        raise UnknownRows(
            f"The upload has the rows 1 to {upload.rows:,}; leave out: {', '.join(map(str, unknown[:10]))}.",
            rows=unknown[:1000],
        )
    if choice.skip_duplicates:
        await find_duplicates(connection, client_id, upload.upload_id)
    cleaning = cleaning_of(upload.mapping)
    items = await store.insert_items(connection, client_id, batch_id, choice=choice, cleaning=cleaning)
    if not items or not await store.has_item_to_ask_about(connection, client_id, batch_id):
        raise _nothing_to_ask_about(upload, set(cleaning.fields))
    return items


def _nothing_to_ask_about(upload: UploadAnswer, present: set[str]) -> NothingToAskAbout:
    identities: list[dict[str, Any]] = [
        {"columns": list(fields), "missing": [field for field in fields if field not in present]}
        for fields in _IDENTITIES
    ]
    missing = sorted({field for identity in identities for field in identity["missing"]})
    lacks = f"The file has no column for: {', '.join(missing)}." if missing else "These columns are there, but empty."
    return NothingToAskAbout(
        f"No chosen row can be asked about. {_NEEDS} {lacks} Rename columns or name another source, and upload again.",
        missing=missing,
        any_of=identities,
        unmapped=[column.header for column in upload.unmapped],
    )
