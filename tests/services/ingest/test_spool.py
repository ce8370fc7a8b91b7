"""The spool: a body on disk, weighed and digested on the way."""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.ingest.spool import spooled
from services.ingest.upload_errors import StorageTrouble, UploadStalled, UploadTooLarge

MEGABYTE = 1_000_000


def names_in(directory: Path) -> list[str]:
    return [file.name for file in directory.iterdir()]


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    for number, size in enumerate(sizes):
        yield bytes([number]) * size


async def test_a_body_of_any_chunks_is_kept_whole() -> None:
    sizes = (0, 1, 10, 3 * MEGABYTE, 7, MEGABYTE)
    content = b"".join(bytes([number]) * size for number, size in enumerate(sizes))
    async with spooled(chunks(*sizes), directory=None, max_bytes=len(content)) as spool:
        spool.file.seek(0)
        assert spool.file.read() == content
        assert (spool.size, spool.sha256) == (len(content), hashlib.sha256(content).digest())
    assert spool.file.closed


async def test_an_empty_body_is_a_spool_of_nothing() -> None:
    async with spooled(chunks(), directory=None, max_bytes=1) as spool:
        assert (spool.size, spool.sha256) == (0, hashlib.sha256(b"").digest())


async def test_a_body_beyond_the_limit_is_refused_before_it_is_read_whole() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += MEGABYTE
            yield b"x" * MEGABYTE

    with pytest.raises(UploadTooLarge):
        async with spooled(endless(), directory=None, max_bytes=5 * MEGABYTE):
            pass
    assert read <= 8 * MEGABYTE


async def test_a_body_that_stalls_is_given_up() -> None:
    async def stalling() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    with pytest.raises(UploadStalled):
        async with spooled(stalling(), directory=None, max_bytes=10, patience=0.05):
            pass


async def test_a_body_has_no_name_on_disk_so_nothing_of_it_stays(tmp_path: Path) -> None:
    async with spooled(chunks(MEGABYTE), directory=tmp_path, max_bytes=MEGABYTE):
        assert names_in(tmp_path) == []


async def test_a_directory_that_can_not_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageTrouble, match="LEADLEDGER_SPOOL_DIR"):
        async with spooled(chunks(1), directory=tmp_path / "missing", max_bytes=1):
            pass


async def test_a_full_disk_is_told(tmp_path: Path) -> None:
    code = """
import asyncio, resource, signal
from services.ingest.spool import spooled
from services.ingest.upload_errors import StorageTrouble
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
async def body():
    for _ in range(4):
        yield b"x" * 1_000_000
async def main():
    try:
        async with spooled(body(), directory=None, max_bytes=10**9):
            print("stored")
    except StorageTrouble as problem:
        print(problem.status, problem.slug)
asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[3]
    )
    out, _ = await process.communicate()
    assert out.decode().split() == ["503", "storage-trouble"]
