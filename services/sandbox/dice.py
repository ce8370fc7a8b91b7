"""Draws that depend on nothing but the words they are made from: the same words, the same draws, for ever."""

from collections.abc import Sequence
from hashlib import sha256
from struct import Struct
from typing import TypeVar

T = TypeVar("T")
_NUMBERS = Struct(">8I")


class Dice:
    """A stream of numbers read off sha256 of the given words."""

    __slots__ = ("_at", "_numbers", "_words")

    def __init__(self, *words: object) -> None:
        self._words = "\x1f".join(map(str, words)).encode()
        self._numbers = _NUMBERS.unpack(sha256(self._words).digest())
        self._at = 0

    def below(self, limit: int) -> int:
        """Draw a whole number from 0 to `limit` - 1; the limit stays far below 2^32."""
        at = self._at
        if at % 8 == 0 and at:
            self._numbers = _NUMBERS.unpack(sha256(self._words + at.to_bytes(4)).digest())
        self._at = at + 1
        return int(self._numbers[at % 8]) % limit

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def pick(self, choices: Sequence[T]) -> T:
        """Draw one of the choices."""
        return choices[self.below(len(choices))]

    def chance(self, percent: int) -> bool:
        """Answer yes in `percent` of a hundred cases."""
        return self.below(100) < percent


def hex_id(length: int, *words: object) -> str:
    """Make an id of `length` (at most 64) hexadecimal digits for the words."""
    return sha256("\x1f".join(map(str, words)).encode()).hexdigest()[:length]
