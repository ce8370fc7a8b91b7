"""Every kind of CSV file that can be uploaded: one file here each, with a `SOURCE`."""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from services.ingest.sources.source import Source

_NOT_A_SOURCE = {"source", "mapping"}


def _discover() -> Mapping[str, Source]:
    names = sorted(module.name for module in iter_modules(__path__) if module.name not in _NOT_A_SOURCE)
    sources: list[Source] = [import_module(f"{__name__}.{name}").SOURCE for name in names]
    return MappingProxyType({source.name: source for source in sources})


SOURCES = _discover()
