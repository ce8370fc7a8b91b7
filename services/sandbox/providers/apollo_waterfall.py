"""Apollo's waterfall: the people at once, the addresses that its vendors find by a callback, or when asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import orjson

from services.sandbox.answer import Answer, AskedItem, Call, Callback, Outcome, Work
from services.sandbox.dice import Dice, hex_id

WORK_SECONDS = 0.3
MISSING_PERCENT = 25
_EMAIL = ("email", "email_status")
_VENDORS = ("Icypeas", "Prospeo", "Findymail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What Apollo says of one person asked for; `match` is None where it knows nobody."""

    item: AskedItem
    match: dict[str, object] | None


def waterfall(told: Sequence[Told], call: Call, *, seed: int, number: int) -> Answer:
    """Answer who the people are; the counters are absent, and what is found is charged when it is found."""
    request = request_id([str(number), *(one.item.identity for one in told)])
    found = [one for one in told if one.match is not None and not _misses(one, seed)]
    result = _result(request, told, found)
    charges = tuple(replace(one.item, charged=1 if one in found else 0) for one in told)
    callbacks = (_callback(call.query["webhook_url"], result),) if call.query.get("webhook_url") else ()
    payload = {
        "status": "success",
        "error_code": None,
        "error_message": None,
        "total_requested_enrichments": len(told),
        "matches": [_without_email(one.match) for one in told],
        "waterfall": {"status": "accepted", "message": "Results will be sent to the provided webhook URL."},
        "request_id": request,
    }
    work = Work(id=str(request), result=result, seconds=WORK_SECONDS, charges=charges, callbacks=callbacks)
    items = tuple(replace(one.item, outcome=Outcome.PENDING, charged=0) for one in told)
    return Answer(payload=payload, items=items, items_at="matches", work=work)


def request_id(identities: Iterable[str]) -> int:
    """Make a signed number of 64 bits, often negative and mostly beyond what a float holds exactly, as Apollo's are."""
    number = int(hex_id(16, "request", *identities), 16)
    return number - 2**64 if number >= 2**63 else number


def _misses(one: Told, seed: int) -> bool:
    return Dice(seed, "waterfall", one.item.identity).chance(MISSING_PERCENT)


def _without_email(match: dict[str, object] | None) -> dict[str, object] | None:
    return None if match is None else {key: value for key, value in match.items() if key not in _EMAIL}


def _result(request: int, told: Sequence[Told], found: Sequence[Told]) -> dict[str, object]:
    return {
        "status": "success",
        "total_requested_enrichments": len(told),
        "target_fields": ["emails"],
        "records_enriched": len(found),
        "email_records_enriched": len(found),
        "email_records_not_found": len(told) - len(found),
        "credits_consumed": len(found),
        "request_id": str(request),
        "people": [_person(one, is_found=one in found) for one in told if one.match is not None],
    }


def _person(one: Told, *, is_found: bool) -> dict[str, object]:
    match = one.match or {}
    vendor = Dice("vendor", one.item.identity).pick(_VENDORS)
    address = match.get("email") or f"found-{match['id']}@example.com"
    emails = [address] if is_found else []
    told = {"name": vendor, "status": "VERIFIED" if is_found else "NOT_FOUND", "emails": emails}
    return {
        "id": match["id"],
        "waterfall": {"emails": [{"vendors": [{"id": f"{vendor.lower()}-1", **told, "statusCode": None}]}]},
        "emails": [{"email": email, "position": 0, "email_status_cd": "Verified"} for email in emails],
    }


def _callback(url: str, result: dict[str, object]) -> Callback:
    return Callback(url=url, body=orjson.dumps(result), headers=(("content-type", "application/json"),))
