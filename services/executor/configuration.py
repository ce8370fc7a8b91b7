"""A client's configuration of a provider: variables in clear, secrets encrypted with keys that can be rotated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from services.executor.calls.question import fill
from services.executor.document import Limits, ProviderDocument
from services.executor.pauses import lift_pause
from services.executor.store.configurations import (
    StoredConfiguration,
    load_configuration,
    load_configurations,
    save_configuration,
)
from shared.errors import Unprocessable
from shared.postgres import Postgres
from shared.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What a call fills in, and the limits it keeps; `missing` names the secrets nobody gave."""

    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    missing: tuple[str, ...]
    limits: Limits

    def __repr__(self) -> str:
        """Show no secret."""
        return f"Configuration(variables={self.variables!r}, secrets={sorted(self.secrets)!r})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a client gives for a provider; `limits` only where they differ from the document's."""

    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    limits: Mapping[str, Any] = field(default_factory=dict)


async def configure(
    postgres: Postgres, vault: Vault, client_id: UUID, document: ProviderDocument, given: Given
) -> Configuration:
    """Store a client's configuration of a provider in place of the former; raises Unprocessable.

    What waited for this, because the provider refused the former credentials, goes on.
    """
    _refuse_unknown("variable", given.variables, tuple(document.variables))
    _refuse_unknown("secret", given.secrets, document.secrets)
    _refuse_bad_url(document, given.variables)
    stored = StoredConfiguration(variables=given.variables, secrets=vault.lock(given.secrets), limits=given.limits)
    async with postgres.tenant(client_id) as connection:
        await save_configuration(connection, client_id, document.name, stored)
        await lift_pause(connection, client_id, document.name, reason=f"{document.name} was configured anew")
    return _filled(document, given)


async def configuration_of(
    postgres: Postgres,
    vault: Vault,
    client_id: UUID,
    document: ProviderDocument,
    overrides: Mapping[str, Mapping[str, str]] | None = None,
) -> Configuration:
    """Return what a client configured for a provider, over the document's own variables.

    `overrides`: what a batch was launched with in its place: `{"variables": {...}}`.
    """
    async with postgres.tenant(client_id) as connection:
        stored = await load_configuration(connection, client_id, document.name)
    return _of_stored(vault, document, stored, (overrides or {}).get("variables", {}))


async def configurations_of(
    postgres: Postgres, vault: Vault, client_id: UUID, documents: Iterable[ProviderDocument]
) -> dict[str, Configuration]:
    """Return the client's configuration of each of these providers, by name."""
    async with postgres.tenant(client_id) as connection:
        stored = await load_configurations(connection, client_id)
    return {each.name: _of_stored(vault, each, stored.get(each.name), {}) for each in documents}


def _of_stored(
    vault: Vault, document: ProviderDocument, stored: StoredConfiguration | None, overrides: Mapping[str, str]
) -> Configuration:
    if stored is None:
        return _filled(document, Given(variables=overrides, secrets={}))
    secrets = vault.unlock(stored.secrets)
    variables = {**stored.variables, **overrides}
    return _filled(document, Given(variables=variables, secrets=secrets, limits=stored.limits))


def _filled(document: ProviderDocument, given: Given) -> Configuration:
    return Configuration(
        variables={**document.variables, **given.variables},
        secrets=given.secrets,
        missing=tuple(name for name in document.secrets if not given.secrets.get(name)),
        limits=Limits.model_validate({**document.limits.model_dump(), **given.limits}),
    )


def _refuse_unknown(what: str, given: Mapping[str, str], known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise Unprocessable(f"This provider has no {what} {', '.join(unknown)}; it has: {', '.join(known) or 'none'}.")


def _refuse_bad_url(document: ProviderDocument, variables: Mapping[str, str]) -> None:
    filled = fill(document.request.url, {**document.variables, **variables})
    try:
        url = httpx.URL(filled)
    except httpx.InvalidURL as error:
        raise Unprocessable(f"With these variables the provider's URL is {filled}, which is none: {error}.") from error
    if url.scheme not in ("http", "https") or not url.host:
        raise Unprocessable(f"With these variables the provider's URL is {filled}; it must be http(s):// and a host.")
