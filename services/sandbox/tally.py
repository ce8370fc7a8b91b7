"""Running sums over the ledger, so that asking for them costs nothing however long it is."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class _Sums:
    calls: int = 0
    items: int = 0
    charged: int = 0
    replayed: int = 0
    rate_violations: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    def told(self) -> dict[str, object]:
        return {
            "calls": self.calls,
            "items": self.items,
            "charged": self.charged,
            "replayed": self.replayed,
            "rate_violations": self.rate_violations,
            "outcomes": dict(sorted(self.outcomes.items())),
        }


class Tally:
    """Counts calls, items and charges, and who was charged for the same question more than once."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin at nothing."""
        self._sums: dict[str, _Sums] = {}
        self._charges: Counter[tuple[str, str, str, str]] = Counter()
        self._units: Counter[tuple[str, str]] = Counter()
        self._pending: set[tuple[str, str, str]] = set()
        self._keys: dict[tuple[str, str], str] = {}

    def add(self, record: Mapping[str, Any]) -> None:
        """Count one record of the ledger."""
        provider, endpoint, credential = record["provider"], record["endpoint"], record["credential"]
        sums = self._sums.setdefault(provider, _Sums())
        sums.calls += 1
        sums.items += len(record["items"])
        sums.replayed += bool(record["replayed"])
        sums.rate_violations += "rate_limit" in record["faults"]
        for item in record["items"]:
            sums.outcomes[item["outcome"]] += 1
            sums.charged += item["charged"]
            self._units[provider, credential] += item["charged"]
            if item["charged"]:
                self._charges[provider, endpoint, credential, item["identity"]] += 1
            if item["outcome"] == "pending":
                self._pending.add((provider, endpoint, item["identity"]))
        self._remember_key(record)

    def was_pending(self, *, provider: str, endpoint: str, identity: str) -> bool:
        """Tell whether this question was answered `pending` before."""
        return (provider, endpoint, identity) in self._pending

    def units(self, provider: str, credential: str) -> int:
        """Sum what this credential has been charged."""
        return self._units[provider, credential]

    def body_of_key(self, credential: str, key: str) -> str | None:
        """Return the digest of the body that came with this idempotency key, if it was ever worked on."""
        return self._keys.get((credential, key))

    def summary(self) -> dict[str, object]:
        """Return totals, the same per provider, and every question charged more than once."""
        total = _Sums()
        for sums in self._sums.values():
            total.calls += sums.calls
            total.items += sums.items
            total.charged += sums.charged
            total.replayed += sums.replayed
            total.rate_violations += sums.rate_violations
            total.outcomes.update(sums.outcomes)
        repeated = [self._repeat(key, times) for key, times in self._charges.items() if times > 1]
        by_provider = {provider: sums.told() for provider, sums in sorted(self._sums.items())}
        return {**total.told(), "providers": by_provider, "charged_more_than_once": repeated}

    def _remember_key(self, record: Mapping[str, Any]) -> None:
        worked = any(item["outcome"] in ("ok", "no_match", "pending") for item in record["items"])
        if record["idempotency_key"] and worked:
            self._keys.setdefault((record["credential"], record["idempotency_key"]), record["body_sha256"])

    @staticmethod
    def _repeat(key: tuple[str, str, str, str], times: int) -> dict[str, object]:
        provider, endpoint, credential, identity = key
        return {
            "provider": provider,
            "endpoint": endpoint,
            "credential": credential,
            "identity": identity,
            "times": times,
        }
