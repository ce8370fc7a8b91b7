"""The body of a request that may have to be sent more than once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import BinaryIO, TypeAlias

from leadledger.errors import LeadledgerError

Body: TypeAlias = Callable[[], AbstractContextManager[BinaryIO | Iterator[bytes]]]
"""Opens the body afresh, for each time the request is sent."""

_PIECE_BYTES = 1 << 20


def body_of(file: Path | BinaryIO) -> Body:
    """Return what opens the body afresh; an open file is read again from where it stood, if it can be."""
    if isinstance(file, Path):
        return lambda: file.open("rb")
    start = file.tell() if file.seekable() else None
    sent = False

    def again() -> AbstractContextManager[Iterator[bytes]]:
        nonlocal sent
        if sent and start is None:
            detail = "What came through a pipe can't be read twice; send the file itself instead."
            raise LeadledgerError("The server could not take it", detail, status=None)
        if start is not None:
            file.seek(start)
        sent = True
        # In pieces: httpx would announce the whole file's length, even if it stands in the middle.
        return nullcontext(iter(lambda: file.read(_PIECE_BYTES), b""))

    return again
