"""Executors in processes of their own, on one database, as a deployment has them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import httpx

from shared.settings import Settings


@contextmanager
def executors(settings: Settings, number: int, **others: str) -> Iterator[list[str]]:
    """Run so many executors; yield their addresses. Each has a bus of its own: the chunks' table is what they share."""
    with ExitStack() as stack:
        yield [stack.enter_context(_executor(settings, others)) for _ in range(number)]


@contextmanager
def _executor(settings: Settings, others: dict[str, str]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secret = settings.secret_key
    environment = {
        "LEADLEDGER_DATABASE_URL": settings.database_url,
        "LEADLEDGER_SECRET_KEY": secret.get_secret_value() if secret is not None else "",
        "LEADLEDGER_ALLOW_PRIVATE_ADDRESSES": "true",
        "LEADLEDGER_LOG_LEVEL": "error",
        **{f"LEADLEDGER_{name.upper()}": value for name, value in others.items()},
    }
    command = [sys.executable, "-m", "uvicorn", "services.executor.app:app", "--port", str(port)]
    process = subprocess.Popen([*command, "--log-level", "error"], env=os.environ | environment)
    url = f"http://127.0.0.1:{port}"
    try:
        while not _is_ready(url):
            time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def _is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False
