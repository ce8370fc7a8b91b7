"""Rules: how answers are read and which of several values is believed, in versions."""

from fastapi import APIRouter, Request

from services.projector import rules_schemas as schemas
from services.projector.rules.change import RulesChange
from services.projector.rules_of_client import change_rules, find_rules, live_version, promote_rules
from services.projector.store.rules import list_versions
from shared.auth import ProviderKeeper, Reader

router = APIRouter(tags=["rules"])


@router.get("/rules", summary="List the versions of the rules")
async def versions(request: Request, caller: Reader) -> schemas.RulesList:
    """Return your own versions, the newest first, and which rules your batches are read by."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        live = await live_version(connection, caller.client_id)
        rows = await list_versions(connection, caller.client_id)
    listed = [schemas.RulesVersion(version=f"v{row['version_no']}", **row) for row in rows]
    return schemas.RulesList(live=live, builtin=request.app.state.rules.version, versions=listed)


@router.get("/rules/{version}", summary="Show a version of the rules")
async def version(version: str, request: Request, caller: Reader) -> schemas.RulesDocument:
    """Return all readings and the policy of `live`, `builtin`, a version of your own, or of the digest a lead names."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        name = await live_version(connection, caller.client_id) if version == "live" else version
        found = await find_rules(connection, caller.client_id, name, request.app.state.rules)
    return schemas.RulesDocument(
        version=name, rules=found.version, **found.model_dump(mode="json", include={"readings", "policy"})
    )


@router.put("/rules", summary="Make a new version of the rules")
async def change(request: Request, caller: ProviderKeeper, change: RulesChange) -> schemas.RulesNamed:
    """Keep what the change makes of its base as your next version; what says the same as an old one is that one.

    It is not in force before it is promoted. A path that can't be followed is refused, and its place named.
    """
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        made = await change_rules(connection, caller, change, request.app.state.rules)
        found = await find_rules(connection, caller.client_id, made, request.app.state.rules)
    return schemas.RulesNamed(version=made, rules=found.version)


@router.post("/rules/{version}/promote", summary="Put a version of the rules in force")
async def promote(version: str, request: Request, caller: ProviderKeeper) -> schemas.RulesNamed:
    """Read your batches by these rules from now on: `builtin`, or a version of your own. Repeating changes nothing."""
    async with request.app.state.postgres.tenant(caller.client_id) as connection:
        found = await promote_rules(connection, caller, version, request.app.state.rules)
    return schemas.RulesNamed(version=version, rules=found.version)
