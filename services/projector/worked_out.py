"""Receipts of the fields that are worked out from others: what they were worked out from."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import asyncpg

from services.projector.evidence import Evidence

_FROM: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "is_new_in_role": ("current_job_started_on", "current_job_precision"),
        "is_recently_funded": ("last_funded_on",),
        "company_key": ("company_domain", "company_name"),
        "revenue_range": ("revenue",),
        "funding_range": ("total_funding",),
    }
)

WORKED_OUT = (*_FROM, "worked_at_customer")
"""The fields that no source tells."""


def receipt_of(
    field: str, lead: asyncpg.Record, *, as_of: datetime, matches: Sequence[asyncpg.Record], evidence: Evidence
) -> dict[str, Any]:
    """Return value and origin of a field that is worked out; nothing competes for it."""
    origin: dict[str, Any] | None
    if lead[field] is None:
        origin = None
    elif field == "worked_at_customer":
        origin = {"kind": "matches", "matches": [_match(match, evidence) for match in matches]}
    else:
        origin = {"kind": "worked_out", "from": {name: lead[name] for name in _FROM[field]}}
        if field in {"is_new_in_role", "is_recently_funded"}:
            origin["as_of"] = as_of
    return {"value": lead[field], "origin": origin, "others": []}


def _match(match: asyncpg.Record, evidence: Evidence) -> dict[str, Any]:
    """Return a job at a customer, how we know, whether it makes `worked_at`, and the answer that tells of the job."""
    return {
        **{name: match[name] for name in ("job_no", "company_name", "title", "is_current")},
        "customer": {name: match[name] for name in ("customer_id", "name", "tier")},
        "counts": not match["is_current"],
        "answer": evidence.answer(match["result_id"], match["json_path"]),
    }
