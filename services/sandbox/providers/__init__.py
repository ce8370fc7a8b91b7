"""The imitated providers, one file each."""

from services.sandbox.answer import History, Provider
from services.sandbox.providers.apollo import Apollo
from services.sandbox.providers.function import Function
from services.sandbox.providers.hunter import Hunter
from services.sandbox.providers.pdl import PeopleDataLabs


def all_providers(*, seed: int, history: History) -> tuple[Provider, ...]:
    """Make one of each."""
    return (
        Apollo(seed=seed),
        PeopleDataLabs(seed=seed, history=history),
        Hunter(seed=seed, history=history),
        Function(seed=seed, history=history),
    )
