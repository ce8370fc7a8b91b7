"""A count of what is and what isn't UTF-8 in a stream of bytes."""

import codecs
import re

_REPLACEMENT = "\ufffd".encode()
_SAMPLE_BYTES = 32_768
# Cells that hold a byte above 127. None of the separators is a trail byte of a multi-byte encoding.
_HIGH_CELLS = re.compile(rb'[^,;\t"\r\n]*[\x80-\xff][^,;\t"\r\n]*')


class Utf8Census:
    """Fed with the blocks of a file in order, then finished, it tells whether they are UTF-8.

    `invalid` counts the places that are not UTF-8; `sample` holds cells of the blocks with such places,
    one a line, for a guess at the encoding.
    """

    def __init__(self) -> None:
        self.invalid = 0
        self._continuations = 0
        self._tail = b""
        self._sample = bytearray()

    @property
    def is_damaged_utf8(self) -> bool:
        """Whether at least half of what is not ASCII is UTF-8 (text in another encoding nearly never looks so)."""
        return self._continuations >= self.invalid

    @property
    def sample(self) -> bytes:
        """Cells with bytes above 127, joined by line feeds; at most about 32 KB."""
        return bytes(self._sample)

    def feed(self, block: bytes) -> None:
        """Count the next block; a character may straddle two blocks."""
        if not self._tail and block.isascii():
            return
        data = self._tail + block
        try:
            text, used = codecs.utf_8_decode(data, "strict", False)
        except UnicodeDecodeError:
            text, used = codecs.utf_8_decode(data, "replace", False)
            self.invalid += text.count("\ufffd") - data[:used].count(_REPLACEMENT)
            self._collect(data)
        self._continuations += used - len(text)
        self._tail = data[used:]

    def finish(self) -> None:
        """Count a character that the end of the file cuts off."""
        if self._tail:
            self.invalid += 1
            self._collect(self._tail)

    def _collect(self, data: bytes) -> None:
        for cell in _HIGH_CELLS.finditer(data):
            if len(self._sample) >= _SAMPLE_BYTES:
                return
            self._sample += cell.group()[:_SAMPLE_BYTES] + b"\n"
