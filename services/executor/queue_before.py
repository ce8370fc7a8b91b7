"""The queue before a gate: the batches take turns, and a small one is not behind a large one."""

import asyncio
from collections import deque
from uuid import UUID

_HEAD_START = 200
"""Calls that a batch new at the gate may make before the others' turn."""


class Queue:
    """Who waits before a gate. The batch that was served least goes first; a new one has a head start."""

    def __init__(self) -> None:
        self._waiting: dict[UUID, deque[asyncio.Future[None]]] = {}
        self._served: dict[UUID, int] = {}

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(len(each) for each in self._waiting.values())

    def join(self, batch_id: UUID) -> "asyncio.Future[None]":
        """Wait as one of the batch's calls: the future is done when it is served."""
        if batch_id not in self._waiting:
            self._waiting[batch_id] = deque()
            least = min((self._served[other] for other in self._waiting if other in self._served), default=0)
            self._served[batch_id] = max(self._served.get(batch_id, 0), least - _HEAD_START)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[batch_id].append(future)
        return future

    def serve(self) -> bool:
        """Let the next one pass; False if nobody waits."""
        while self._waiting:
            batch_id = min(self._waiting, key=lambda each: self._served[each])
            future = self._waiting[batch_id].popleft()
            if not self._waiting[batch_id]:
                self._leave(batch_id)
            if not future.done():
                self._served[batch_id] = self._served.get(batch_id, 0) + 1
                future.set_result(None)
                return True
        return False

    def refuse(self, refusal: Exception) -> None:
        """Send everybody away."""
        for batch_id, futures in list(self._waiting.items()):
            for future in futures:
                if not future.done():
                    future.set_exception(refusal)
            self._leave(batch_id)

    def _leave(self, batch_id: UUID) -> None:
        del self._waiting[batch_id]
        if not self._waiting:
            self._served.clear()
