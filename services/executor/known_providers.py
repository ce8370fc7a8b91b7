"""The providers as each client may ask them: its own versions, else those that come with the software."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.executor.compiled import CompiledProvider, compile_provider
from services.executor.document import ProviderDocument
from services.executor.store.documents import DocumentVersion, newest_own_providers, provider_versions
from shared.errors import NotFound
from shared.postgres import Postgres

_MOST_KEPT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownProvider:
    """A provider, and whether it is the client's own."""

    compiled: CompiledProvider
    is_own: bool


@dataclass(slots=True)
class KnownProviders:
    """Finds providers by client, name and version, and compiles each version once."""

    postgres: Postgres
    builtin: dict[str, CompiledProvider]
    _kept: "OrderedDict[tuple[UUID, str, int], KnownProvider | None]" = field(default_factory=OrderedDict)

    async def find(self, client_id: UUID, name: str, version: int | None = None) -> KnownProvider:
        """Return a version of a provider, without one the newest; raises NotFound."""
        if version is not None and (client_id, name, version) in self._kept:
            return self._known(client_id, name, version, None)
        async with self.postgres.tenant(client_id) as connection:
            versions = await provider_versions(connection, client_id, name)
        found = next((each for each in versions if version in (None, each.version)), None)
        if found is None and (name not in self.builtin or version is not None):
            raise await self._not_found(client_id, name, versions)
        if found is None or (version is None and not found.is_own):
            return KnownProvider(compiled=self.builtin[name], is_own=False)
        return self._known(client_id, name, found.version, found)

    async def asked(self, client_id: UUID, versions: Mapping[str, int | None]) -> dict[str, CompiledProvider]:
        """Return the providers by name, each of the version that is named with it, else the newest."""
        return {name: (await self.find(client_id, name, version)).compiled for name, version in versions.items()}

    async def all(self, client_id: UUID) -> dict[str, KnownProvider]:
        """Return every provider that the client may ask, by name."""
        async with self.postgres.tenant(client_id) as connection:
            own = await newest_own_providers(connection, client_id)
        known = {name: KnownProvider(compiled=each, is_own=False) for name, each in self.builtin.items()}
        known |= {name: self._known(client_id, name, each.version, each) for name, each in own.items()}
        return dict(sorted(known.items()))

    def _known(self, client_id: UUID, name: str, version: int, stored: DocumentVersion | None) -> KnownProvider:
        """Return what is kept of this version, after it was taken in; what never changes is read once."""
        key = (client_id, name, version)
        if key not in self._kept:
            assert stored is not None  # noqa: S101 - it was found just now
            self._kept[key] = None if self._is_at_hand(name, stored) else _compiled(stored.document, stored.is_own)
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key] or KnownProvider(compiled=self.builtin[name], is_own=False)

    def _is_at_hand(self, name: str, stored: DocumentVersion) -> bool:
        """Tell whether it is the version that this process came with."""
        return not stored.is_own and name in self.builtin and self.builtin[name].document.version == stored.version

    async def _not_found(self, client_id: UUID, name: str, versions: list[DocumentVersion]) -> NotFound:
        if versions:
            told = ", ".join(str(each.version) for each in versions)
            return NotFound(f"The provider '{name}' has no such version; it has: {told}.")
        return NotFound(f"There is no provider '{name}'; there are: {', '.join(await self.all(client_id))}.")


def _compiled(document: Mapping[str, Any], is_own: bool) -> KnownProvider:
    return KnownProvider(compiled=compile_provider(ProviderDocument.model_validate(document)), is_own=is_own)
