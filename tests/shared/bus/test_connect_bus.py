"""The settings say which bus it is."""

from shared.bus import MemoryBus, RabbitBus, connect_bus
from shared.settings import Settings


async def test_memory_is_the_bus_of_one_process() -> None:
    assert isinstance(await connect_bus(Settings(bus_url="memory:")), MemoryBus)


async def test_an_amqp_address_is_rabbitmq(rabbit: str, bus_prefix: str) -> None:
    bus = await connect_bus(Settings(bus_url=rabbit, bus_prefix=bus_prefix))
    assert isinstance(bus, RabbitBus)
    assert bus.problem() is None
    await bus.close()
