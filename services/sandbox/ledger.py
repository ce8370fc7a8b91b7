"""The provider's own book: every call received, what it asked, what it was charged, and whether it was answered."""

import time
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from services.sandbox.answer import AskedItem
from services.sandbox.ledger_file import LedgerFile
from services.sandbox.tally import Tally

_WAITING, _SENT, _LOST = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One call to write down; `status` is what it was to be answered with, times are Unix seconds."""

    provider: str
    endpoint: str
    method: str
    received_at: float
    credential: str
    status: int
    items: tuple[AskedItem, ...]
    faults: tuple[str, ...] = ()
    replayed: bool = False
    idempotency_key: str | None = None
    body_sha256: str | None = None


class Ledger:
    """Numbers calls from 1 in the order of their arrival; kept in memory, and in a file if `path` names one."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = None if path is None else LedgerFile(path)
        self._tally = Tally()
        self._forget()
        for line in () if self._file is None else self._file.lines():
            if "provider" in line:
                self._keep(line, orjson.dumps(line))
            elif 0 < line["n"] <= len(self._lines):
                self._settle(line["n"], answered_at=line["answered_at"], sent=line["sent"])

    @property
    def tally(self) -> Tally:
        """The running sums, and what a provider remembers; the same object for ever."""
        return self._tally

    def record(self, entry: Entry) -> int:
        """Write a call down before it is answered; returns its number."""
        number = len(self._lines) + 1
        record = {
            "n": number,
            "provider": entry.provider,
            "endpoint": entry.endpoint,
            "method": entry.method,
            "received_at": entry.received_at,
            "credential": entry.credential,
            "status": entry.status,
            "faults": entry.faults,
            "replayed": entry.replayed,
            "idempotency_key": entry.idempotency_key,
            "body_sha256": entry.body_sha256,
            "items": [_item(item) for item in entry.items],
        }
        line = orjson.dumps(record)
        self._keep(record, line)
        if self._file is not None:
            self._file.append(line)
        return number

    def settle(self, number: int, *, sent: bool) -> None:
        """Note that the answer left, or that nobody was there to take it."""
        now = time.time()
        if number > len(self._lines):
            return
        self._settle(number, answered_at=now, sent=sent)
        if self._file is not None:
            self._file.append(orjson.dumps({"n": number, "answered_at": now, "sent": sent}))

    def page(self, *, provider: str | None, after: int, limit: int) -> dict[str, object]:
        """Return up to `limit` calls numbered above `after`, and the number to go on after, or None at the end."""
        calls: list[dict[str, Any]] = []
        for at in range(max(0, after), len(self._lines)):
            if provider is not None and self._providers[at] != provider:
                continue
            if len(calls) == limit:
                return {"calls": calls, "next": calls[-1]["n"]}
            calls.append(self._told(at))
        return {"calls": calls, "next": None}

    def summary(self) -> dict[str, object]:
        """Return the sums, and how many answers never left."""
        return {**self._tally.summary(), "unsent": self._sent.count(_WAITING) + self._sent.count(_LOST)}

    def clear(self) -> None:
        """Forget everything and empty the file; numbers begin at 1 again."""
        self._forget()
        if self._file is not None:
            self._file.clear()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _forget(self) -> None:
        self._lines: list[bytes] = []
        self._providers: list[str] = []
        self._answered = array("d")
        self._sent = bytearray()
        self._tally.clear()

    def _keep(self, record: Mapping[str, Any], line: bytes) -> None:
        self._lines.append(line)
        self._providers.append(record["provider"])
        self._answered.append(0)
        self._sent.append(_WAITING)
        self._tally.add(record)

    def _settle(self, number: int, *, answered_at: float, sent: bool) -> None:
        self._answered[number - 1] = answered_at
        self._sent[number - 1] = _SENT if sent else _LOST

    def _told(self, at: int) -> dict[str, Any]:
        waiting = self._sent[at] == _WAITING
        record: dict[str, Any] = orjson.loads(self._lines[at])
        return {
            **record,
            "answered_at": None if waiting else self._answered[at],
            "sent": None if waiting else self._sent[at] == _SENT,
        }


def _item(item: AskedItem) -> dict[str, object]:
    return {
        "identity": item.identity,
        "asked": item.asked,
        "outcome": item.outcome,
        "charged": item.charged,
    }
