"""The ingest service as a process of its own, that may be killed, stopped and weighed."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil

from shared.settings import Settings
from tests.eventually import eventually
from tests.rabbitmq import free_port

ROOT = Path(__file__).parents[3]


class IngestProcess:
    """A running process and its address; `end` says how it ended."""

    def __init__(self, process: "subprocess.Popen[bytes]", url: str) -> None:
        self.url = url
        self.process = process

    def memory(self) -> int:
        """Return the resident bytes."""
        return int(psutil.Process(self.process.pid).memory_info().rss)

    async def end(self, *, within: float = 10) -> int:
        """Wait until the process has ended; return its code, negative for a signal."""
        await eventually(lambda: self.process.poll() is not None, within=within)
        return int(self.process.returncode)


@asynccontextmanager
async def ingest_process(settings: Settings, **environment: str) -> AsyncIterator[IngestProcess]:
    """Start a process on the settings' database and wait until it is ready; it is gone afterwards."""
    port = free_port()
    process = subprocess.Popen(  # noqa: ASYNC220 - starting it takes no time
        [sys.executable, "-m", "uvicorn", "services.ingest.app:app", "--port", str(port), "--log-level", "error"],
        cwd=ROOT,
        env={
            **os.environ,
            "LEADLEDGER_DATABASE_URL": settings.database_url,
            "LEADLEDGER_LOG_FORMAT": "text",
            "LEADLEDGER_LOG_LEVEL": "error",
            **environment,
        },
    )
    started = IngestProcess(process, f"http://127.0.0.1:{port}")
    try:
        await eventually(lambda: _is_ready(started.url), within=20)
        yield started
    finally:
        process.kill()
        process.wait(10)


async def _is_ready(url: str) -> bool:
    async with httpx.AsyncClient() as client:
        try:
            return (await client.get(f"{url}/readyz")).is_success
        except httpx.TransportError:
            return False
