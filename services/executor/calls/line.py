"""The line to a provider: everything a call needs besides its question."""

from dataclasses import dataclass

from services.executor.compiled import CompiledProvider
from services.executor.configuration import Configuration
from services.executor.gate import Gate
from services.executor.ledger import Ledger
from services.executor.store.chunks import ChunkOrder
from shared.postgres import Postgres
from shared.wire import Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step's way to one provider, for the bearer of an order. `public_url`: where callbacks reach us."""

    order: ChunkOrder
    step: str
    provider: CompiledProvider
    configuration: Configuration
    gate: Gate
    wire: Wire
    ledger: Ledger
    postgres: Postgres
    public_url: str
    reuse_days: int | None = None
