"""Which rules fire for a call: by the rules' own counters and by the seed, never by chance."""

from collections import Counter
from collections.abc import Sequence

from services.sandbox.dice import Dice
from services.sandbox.rules import Fault, Instead, RateLimit, Rule

_FINE = 1_000_000


class Faults:
    """The rules in force; the same rules, seed and order of calls make the same faults."""

    def __init__(self, *, seed: int) -> None:
        self._seed = seed
        self.replace(())

    def replace(self, rules: Sequence[Rule]) -> None:
        """Put these rules in force instead of the present ones; counters begin anew."""
        self._rules = tuple(enumerate(rules))
        self._seen: Counter[tuple[int, str]] = Counter()
        self._fired: Counter[int] = Counter()

    def told(self) -> list[dict[str, object]]:
        """Return the rules in force, each with the number of calls it met."""
        return [
            {**rule.model_dump(exclude_defaults=True), "fired": self._fired[number]} for number, rule in self._rules
        ]

    def limits(self, provider: str, endpoint: str) -> list[RateLimit]:
        """Return the rate limits that hold for an endpoint."""
        return [rule for _, rule in self._rules if isinstance(rule, RateLimit) and _about(rule, provider, endpoint)]

    def fire(self, provider: str, endpoint: str, identities: Sequence[str]) -> list[Rule]:
        """Count the call and return the rules it meets in the order they act; at most one answers instead."""
        fired: list[Rule] = []
        for number, rule in self._rules:
            if isinstance(rule, RateLimit) or not _about(rule, provider, endpoint):
                continue
            replaced = isinstance(rule, Instead) and any(isinstance(other, Instead) for other in fired)
            if not replaced and self._meets(number, rule, identities):
                self._fired[number] += 1
                fired.append(rule)
        return sorted(fired, key=lambda rule: rule.stage)

    def count(self, limit: RateLimit) -> None:
        """Count a call that a rate limit refused."""
        self._fired.update(number for number, rule in self._rules if rule is limit)

    def _meets(self, number: int, rule: Fault, identities: Sequence[str]) -> bool:
        if rule.match is not None and not any(rule.match in identity for identity in identities):
            return False
        who = " ".join(identities)
        mine = (number, who if rule.per_identity else "")
        self._seen[mine] += 1
        times = self._seen[mine]
        if rule.first is not None and times > rule.first:
            return False
        if rule.every is not None and times % rule.every:
            return False
        return rule.probability >= 1 or self._draw(number, who) < rule.probability

    def _draw(self, number: int, who: str) -> float:
        """Draw for this asking of this question: a repeat draws anew, the order of other calls does not matter."""
        self._seen[number, f"draw {who}"] += 1
        return Dice(self._seed, "fault", number, who, self._seen[number, f"draw {who}"]).below(_FINE) / _FINE


def _about(rule: Fault, provider: str, endpoint: str) -> bool:
    return rule.provider in (None, provider) and rule.endpoint in (None, endpoint)
