"""The ledger's file: one JSON line per fact, written before the answer leaves, so that a kill loses nothing."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson


class LedgerFile:
    """An append-only file; what was written survives the process, not a power cut (no fsync)."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)

    def lines(self) -> Iterator[dict[str, Any]]:
        """Read what earlier processes wrote; a last line torn by a kill is cut off."""
        whole = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                yield orjson.loads(line)
        os.ftruncate(self._file, whole)

    def append(self, line: bytes) -> None:
        """Write one line with one system call."""
        os.write(self._file, line + b"\n")

    def clear(self) -> None:
        """Empty the file."""
        os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Close the file; appending is over."""
        os.close(self._file)
