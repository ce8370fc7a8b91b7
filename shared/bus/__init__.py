"""The bus: events to whoever listens, and work to whoever is free.

Durability never depends on it. Events stand in the outbox, chunks in their table; a message may come twice,
late, out of order or not at all, and every consumer copes.
"""

from shared.bus.interface import Bus, Handler, Poison, Unroutable
from shared.bus.memory import MemoryBus
from shared.bus.rabbitmq import RabbitBus
from shared.settings import Settings

__all__ = ["Bus", "Handler", "MemoryBus", "Poison", "RabbitBus", "Unroutable", "connect_bus"]


async def connect_bus(settings: Settings) -> Bus:
    """Open the bus that the settings name; raises ConnectionError if a broker can't be reached."""
    if settings.bus_url == "memory:":
        return MemoryBus()
    return await RabbitBus.connect(settings.bus_url, prefix=settings.bus_prefix)
