"""How many uploads one process takes at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.ingest.upload_errors import TooManyUploads


class UploadSlots:
    """Admits so many uploads and refuses the rest at once, before a byte of them is read."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken = 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot; raises TooManyUploads if none is free."""
        if self._taken >= self._limit:
            raise TooManyUploads(f"{self._limit} uploads are at work already; send the file again in a moment.")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
