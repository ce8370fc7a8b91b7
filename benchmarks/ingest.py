"""Ingest beside its limit: `python -m benchmarks.ingest [--rows N] [--runs N]`.

Ours: a 63-column Apollo export over HTTP into a service in a process of its own, until every row, byte and problem
is committed. The limit: PostgreSQL's own COPY of the same file, on the same server, into 63 text columns.
"""

import argparse
import asyncio
import csv
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import psutil

from benchmarks.environment import database, make_client, report
from shared.settings import Settings

HEADER = Path(__file__).parent / "apollo_63_columns.csv"


def write_export(file: Path, rows: int) -> list[str]:
    """Write an export of invented people with cells of the usual lengths; return its header."""
    (header,) = csv.reader(HEADER.open())
    dice = random.Random(1)
    words = ["growth", "analytics", "cloud", "b2b, saas", "logistics", "R&D", 'so-called "lists"', "naïve bayes"]
    with file.open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(header)
        for number in range(rows):
            row = [dice.choice(words) if dice.random() < 0.5 else "" for _ in header]
            row[0], row[1] = f"First{number}", f"Last{number}"
            row[header.index("Email")] = f"p{number}@company{number % 5000}.example.com"
            row[header.index("Person Linkedin Url")] = f"http://www.linkedin.com/in/invented-{number}"
            row[header.index("Website")] = f"http://www.company{number % 5000}.example.com"
            row[header.index("Keywords")] = ", ".join(dice.choices(words, k=40))
            row[header.index("Technologies")] = ", ".join(dice.choices(words, k=20))
            writer.writerow(row)
    file.chmod(0o644)
    return header


@contextmanager
def ingest(settings: Settings) -> Iterator[tuple[str, psutil.Process]]:
    """Run the service in a process of its own; yield its address and the process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "services.ingest.app:app", "--port", str(port), "--log-level", "error"]
    environment = {"LEADLEDGER_DATABASE_URL": settings.database_url, "LEADLEDGER_BUS_URL": "memory:"}
    process = subprocess.Popen(command, env={**_environment(), **environment})
    url = f"http://127.0.0.1:{port}"
    try:
        while not _ready(url):
            time.sleep(0.05)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _environment() -> dict[str, str]:
    return dict(psutil.Process().environ())


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").is_success
    except httpx.TransportError:
        return False


def ours(url: str, key: str, file: Path, rows: int) -> float:
    """Return rows per second from the first byte sent to the answer."""
    started = time.perf_counter()
    with file.open("rb") as content:
        answer = httpx.post(
            f"{url}/uploads?source=apollo&filename=bench.csv",
            content=content,
            headers={"Authorization": f"Bearer {key}", "Content-Type": "text/csv"},
            timeout=3600,
        )
    seconds = time.perf_counter() - started
    assert answer.status_code == 201, answer.text
    assert answer.json()["rows"] == rows
    return rows / seconds


async def limit(settings: Settings, file: Path, header: list[str], rows: int) -> float:
    """Return rows per second of the server's own COPY."""
    owner = await asyncpg.connect(settings.database_url)
    columns = ", ".join(f"c{number} text" for number in range(len(header)))
    await owner.execute(f"CREATE TABLE public.bare ({columns})")
    started = time.perf_counter()
    await owner.execute(f"COPY public.bare FROM '{file}' (FORMAT csv, HEADER true)")
    seconds = time.perf_counter() - started
    await owner.execute("DROP TABLE public.bare")
    await owner.close()
    return rows / seconds


def measure(rows: int, runs: int) -> None:
    """Measure both, in turn, and print the medians, and the memory over what the idle service held."""
    with tempfile.TemporaryDirectory() as directory, database() as settings:
        Path(directory).chmod(0o755)
        file = Path(directory) / "export.csv"
        header = write_export(file, rows)
        _, key = asyncio.run(make_client(settings))
        with ingest(settings) as (url, process):
            idle, peak = process.memory_info().rss, 0
            rates, limits = [], []
            for _ in range(runs):
                limits.append(asyncio.run(limit(settings, file, header, rows)))
                rates.append(ours(url, key, file, rows))
                family = [process, *process.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family))
        what = f"ingest, {rows:,} rows x {len(header)} columns, {file.stat().st_size / 1e6:,.0f} MB"
        report(what, rates, limits, unit="rows/s", limit_name="server-side COPY")
        print(f"  memory above idle after the last upload: {(peak - idle) / 1e6:,.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    measure(arguments.rows, arguments.runs)
