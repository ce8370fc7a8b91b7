"""The imitated providers, one file each."""

from services.sandbox.answer import Bench, History, Provider
from services.sandbox.providers.apollo import Apollo
from services.sandbox.providers.clay import Clay
from services.sandbox.providers.coresignal import Coresignal
from services.sandbox.providers.enrichlayer import EnrichLayer
from services.sandbox.providers.fullenrich import FullEnrich
from services.sandbox.providers.function import Function
from services.sandbox.providers.hunter import Hunter
from services.sandbox.providers.modal import Modal
from services.sandbox.providers.neverbounce import NeverBounce
from services.sandbox.providers.pdl import PeopleDataLabs
from services.sandbox.providers.zerobounce import ZeroBounce


def all_providers(*, seed: int, history: History, bench: Bench) -> tuple[Provider, ...]:
    """Make one of each."""
    return (
        Apollo(seed=seed, bench=bench),
        PeopleDataLabs(seed=seed, history=history),
        Hunter(seed=seed, history=history),
        Function(seed=seed, history=history),
        Modal(seed=seed, history=history, bench=bench),
        FullEnrich(seed=seed, bench=bench),
        Clay(seed=seed),
        ZeroBounce(seed=seed),
        NeverBounce(seed=seed),
        EnrichLayer(seed=seed),
        Coresignal(seed=seed),
    )
