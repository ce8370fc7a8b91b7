"""The receipt of a lead: for each field where its value came from, and what else was told and why it lost.

The answers are read again as the lead's own rules read them; the origins stored with the lead say what was chosen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.projector.evidence import Evidence
from services.projector.projection.answers import read_answers
from services.projector.projection.source import Source, believed
from services.projector.rules import Rules
from services.projector.rules.fields import POSITION, TRACED
from services.projector.store import leads, traces
from services.projector.worked_out import WORKED_OUT, receipt_of
from shared.errors import NotFound
from shared.postgres import Connection, Postgres

TRACEABLE = (*TRACED, *WORKED_OUT)
"""Every field of a lead that has a receipt."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Lead:
    """A lead with everything its receipt is made of."""

    row: asyncpg.Record
    rules: Rules
    sources: tuple[Source, ...]
    told: Mapping[int, asyncpg.Record]
    addresses: Sequence[asyncpg.Record]
    jobs: Sequence[asyncpg.Record]
    matches: Sequence[asyncpg.Record]
    evidence: Evidence

    def origin_of(self, field: str) -> int:
        return int(self.row["origins"][self.rules.fields.index(field)])


async def trace_lead(
    postgres: Postgres, client_id: UUID, batch_item_id: UUID, fields: Sequence[str] = ()
) -> dict[str, object]:
    """Return the receipt, of these fields if any is named; raises NotFound."""
    async with postgres.tenant(client_id) as connection:
        row = await leads.find_lead(connection, client_id, batch_item_id)
        if row is None:
            raise NotFound("You have no lead of this id; GET /leads lists yours once their batch is projected.")
        projection = await traces.projection_of(connection, client_id, row["batch_id"])
        assert projection is not None  # noqa: S101 - a lead and its projection are written together
        lead = await _gather(connection, client_id, row, projection)
    return {
        "batch_item_id": batch_item_id,
        "batch_id": row["batch_id"],
        "completion": projection["completion"],
        "as_of": projection["as_of"],
        "rules": lead.row["rules"],
        "csv_row": lead.evidence.csv_row(),
        "fields": {field: _receipt(field, lead, projection["as_of"]) for field in fields or TRACEABLE},
        "results": lead.evidence.results(),
    }


def _receipt(field: str, lead: _Lead, as_of: datetime) -> dict[str, Any]:
    if field == "email":
        return _email(lead)
    if field == "email_verdict":
        return _verdict(lead)
    if field in WORKED_OUT:
        return receipt_of(field, lead.row, as_of=as_of, matches=lead.matches, evidence=lead.evidence)
    return _field(field, lead)


async def _gather(connection: Connection, client_id: UUID, row: asyncpg.Record, projection: asyncpg.Record) -> _Lead:
    rules = Rules.model_validate(projection["document"])
    sources = tuple(_source(rules, document) for document in projection["sources"])
    ids = (client_id, row["batch_id"], row["batch_item_id"])
    told = await traces.told_about(connection, read_answers(sources, one_item=True), ids, row["result_ids"])
    results = await traces.results_of(connection, client_id, row["batch_item_id"])
    return _Lead(
        row=row,
        rules=rules,
        sources=sources,
        told={answer["source_no"]: answer for answer in told},
        addresses=await leads.emails(connection, client_id, row["batch_item_id"]),
        jobs=await leads.work_history(connection, client_id, row["batch_item_id"]),
        matches=await traces.matches_of(connection, client_id, row["batch_item_id"]),
        evidence=Evidence(
            csv=await traces.csv_row_of(connection, client_id, row["batch_item_id"]),
            all_results=results,
            used=frozenset(result_id for result_id in row["result_ids"] if result_id is not None),
        ),
    )


def _source(rules: Rules, document: Mapping[str, Any]) -> Source:
    return Source(
        source_no=document["source_no"],
        step=document["step"],
        provider=document["provider"],
        reading=rules.reading(document["reading"]),
        per_company=document["per_company"],
    )


def _field(field: str, lead: _Lead) -> dict[str, Any]:
    origin = lead.origin_of(field)
    ranked = believed(lead.sources, lead.rules.policy.order_of(field))
    candidates = [
        (source, lead.told[source.source_no][field])
        for source in ranked
        if source.source_no in lead.told and lead.told[source.source_no][field] is not None
    ]
    others = [
        {
            **lead.evidence.origin(source, source.reading.fields[field], lead.told),
            "value": value,
            "lost": _why_lost(field, source, origin, [each.source_no for each in ranked]),
        }
        for source, value in candidates
        if source.source_no != origin
    ]
    return {"value": lead.row[field], "origin": _origin(field, origin, lead), "others": others}


def _origin(field: str, origin: int, lead: _Lead) -> dict[str, Any] | None:
    if origin < 0:
        return None
    if origin < len(lead.sources):
        source = lead.sources[origin]
        paths = source.reading.fields.get(field) or source.reading.fields.get("first_name", ())
        return lead.evidence.origin(source, paths, lead.told)
    current = [job for job in lead.jobs if job["is_current"]]
    held = next((job for job in current if job["company_key"] == lead.row["company_key"]), next(iter(current), None))
    if held is None or (field == "company_domain" and held["company_domain"] is None):
        return {"kind": "inferred", "why": "other answers of the batch tie the company's name to this domain alone"}
    answer = lead.evidence.answer(held["result_id"], held["json_path"])
    return {**answer, "kind": "work_history", "job_no": held["job_no"]}


def _why_lost(field: str, source: Source, origin: int, ranked: Sequence[int]) -> str:
    if origin >= len(ranked):
        return "the work history is believed first"
    if origin >= 0 and ranked.index(source.source_no) > ranked.index(origin):
        return "another source is believed first"
    if field in POSITION:
        return "it tells of another employer than the one believed first"
    return "it is made from other fields"


def _email(lead: _Lead) -> dict[str, Any]:
    chosen = next((address for address in lead.addresses if address["is_chosen"]), None)
    others = [
        {**_address(address, lead), "lost": _why_address_lost(address, chosen)}
        for address in lead.addresses
        if chosen is not None and not address["is_chosen"]
    ]
    origin = None if chosen is None else _address(chosen, lead)
    return {"value": lead.row["email"], "origin": origin, "others": others}


def _why_address_lost(address: asyncpg.Record, chosen: asyncpg.Record | None) -> str:
    if chosen is not None and address["email"] == chosen["email"]:
        return "the same address, told again" if not address["verifies"] else "a verdict on the address, not a find"
    return "by its verdict, then by who told it, then by its age it comes after the chosen one"


def _verdict(lead: _Lead) -> dict[str, Any]:
    origin = lead.origin_of("email_verdict")
    voices = [address for address in lead.addresses if address["email"] == lead.row["email"]]
    if origin < 0:
        return {"value": lead.row["email_verdict"], "origin": None, "others": []}
    provider = lead.sources[origin].provider
    told = next((voice for voice in voices if voice["provider"] == provider), voices[0])
    others = [
        {**_address(voice, lead), "value": voice["verdict"], "lost": "another verdict is newer or believed first"}
        for voice in voices
        if voice is not told
    ]
    return {"value": lead.row["email_verdict"], "origin": _address(told, lead), "others": others}


def _address(address: asyncpg.Record, lead: _Lead) -> dict[str, Any]:
    told = {"email": address["email"], "verdict": address["verdict"], "told_at": address["told_at"]}
    if address["result_id"] is None:
        return {**lead.evidence.cell(address["json_path"]), **told}
    return {**lead.evidence.answer(address["result_id"], address["json_path"]), **told}
