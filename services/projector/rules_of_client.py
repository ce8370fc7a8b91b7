"""A client's rules: which are in force, and its own versions of them.

A version is named `v1`, `v2`... in the order they were made; `builtin` are the rules that come with the software, and
`live` those in force. The digest that leads name leads to a version's document as well.
"""

from functools import lru_cache
from uuid import UUID

import orjson
from pydantic import ValidationError

from services.projector.rules import Rules
from services.projector.rules.change import RulesChange, paths_in
from services.projector.store import rules as store
from services.projector.store.batches import remember_rules
from shared.auth import Caller
from shared.errors import NotFound, Unprocessable
from shared.events import RulesPromoted
from shared.outbox import append_event
from shared.postgres import Connection

BUILTIN = "builtin"
LIVE = "live"
_NOTHING = "nothing"


class RulesDoNotFit(Unprocessable):
    """A path that can't be followed, or parts that don't fit together."""

    slug = "rules-do-not-fit"
    title = "The rules can't be used"


@lru_cache(maxsize=64)
def _parsed(document: bytes) -> Rules:
    return Rules.model_validate_json(document)


def read_document(document: dict[str, object]) -> Rules:
    """Return the rules that a kept document says, as this version of the software applies them."""
    said = {part: document[part] for part in ("readings", "policy")}
    return _parsed(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


async def live_rules(connection: Connection, client_id: UUID, builtin: Rules) -> Rules:
    """Return the rules that the client's batches are read by."""
    live = await store.live_document(connection, client_id)
    return builtin if live is None or live["document"] is None else read_document(live["document"])


async def live_version(connection: Connection, client_id: UUID) -> str:
    """Return the name of the version in force."""
    live = await store.live_document(connection, client_id)
    return BUILTIN if live is None or live["version_no"] is None else f"v{live['version_no']}"


async def find_rules(connection: Connection, client_id: UUID, version: str, builtin: Rules) -> Rules:
    """Return the rules of a version, by its name or by its digest; raises NotFound."""
    if version == LIVE:
        return await live_rules(connection, client_id, builtin)
    if version in {BUILTIN, builtin.version}:
        return builtin
    number = number_of(version)
    if number is None:
        document = await store.document_of(connection, client_id, version)
    else:
        row = await store.find_version(connection, client_id, number)
        document = None if row is None else row["document"]
    if document is None:
        raise NotFound(f"You have no rules {version}; GET /rules lists yours.")
    return read_document(document)


def number_of(version: str) -> int | None:
    """Return the number of `v<number>`, or None if it is another kind of name."""
    digits = version.removeprefix("v")
    return int(digits) if version.startswith("v") and digits.isdecimal() and len(digits) < 10 else None


async def change_rules(connection: Connection, caller: Caller, change: RulesChange, builtin: Rules) -> str:
    """Keep the rules that the change makes of its base; return their name, the old one if they say nothing new.

    Raises NotFound for an unknown base, RulesDoNotFit naming each path that can't be followed.
    """
    await store.lock_rules(connection, caller.client_id)
    base = None
    if change.base != _NOTHING:
        base = await find_rules(connection, caller.client_id, change.base, builtin)
    made = _made(change, base)
    bad = await store.bad_paths(connection, list(paths_in(made)))
    if bad:
        errors = [{"at": place, "message": f"{path} is not a path of SQL/JSON"} for place, path in bad]
        raise _do_not_fit(errors)
    await remember_rules(connection, caller.client_id, version=made.version, document=made.document)
    version = store.NewVersion(
        rules=made.version,
        name=change.name,
        base=change.base,
        changes=change.model_dump_json(exclude_unset=True).encode(),
        made_by=caller.key_id,
    )
    number = await store.keep_version(connection, caller.client_id, version)
    return f"v{number}"


def _made(change: RulesChange, base: Rules | None) -> Rules:
    unknown = change.unknown(base)
    if unknown:
        raise _do_not_fit([{"at": "remove", "message": f"there is no reading {name}"} for name in unknown])
    try:
        return change.over(base)
    except ValidationError as error:
        errors = [{"at": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors()]
        raise _do_not_fit(errors) from error


def _do_not_fit(errors: list[dict[str, str]]) -> RulesDoNotFit:
    listed = "; ".join(f"{each['at']}: {each['message']}" if each["at"] else each["message"] for each in errors)
    return RulesDoNotFit(f"Nothing was changed. Mend these and send it again: {listed}", errors=errors)


async def promote_rules(connection: Connection, caller: Caller, version: str, builtin: Rules) -> Rules:
    """Put a version in force and tell; batches projected from now on are read by it. Raises NotFound."""
    await store.lock_rules(connection, caller.client_id)
    rules = await find_rules(connection, caller.client_id, version, builtin)
    if version == await live_version(connection, caller.client_id):
        return rules
    number = number_of(version)
    if number is None and version != BUILTIN:
        raise NotFound(f"{version} is no version; promote builtin or one of your own, which GET /rules lists.")
    await store.promote(connection, caller.client_id, number, promoted_by=caller.key_id)
    event = RulesPromoted(client_id=caller.client_id, version=version, rules=rules.version)
    await append_event(connection, "projector", event)
    return rules
