"""The table in an uploaded file that is packed: gzip, zip or a workbook, told by its first bytes."""

import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Literal

from services.ingest.reading.dialect import Dialect
from services.ingest.unpack_errors import ArchiveContents, BrokenArchive, WorkbookTooLarge
from services.ingest.unpacking import Gunzip, UnpackingLimits

Packing = Literal["gzip", "zip", "workbook"]

_BLOCK_BYTES = 1024 * 1024
_WORKBOOK_SECONDS = 300
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_PARTS = ("[Content_Types].xml", "content.xml")
# How the worker of `workbook_rows` writes.
_WORKBOOK_DIALECT = Dialect(encoding="utf-8", line_terminator="\r\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The text to read; `packing` is what it came in, `dialect` how it is written where that is known already."""

    file: BinaryIO
    packing: Packing | None = None
    dialect: Dialect | None = None


@contextmanager
def unpacked(file: BinaryIO, limits: UnpackingLimits, directory: Path | None) -> Iterator[Table]:
    """Yield the table of a file, unpacked on disk where it is packed; blocks.

    Raises BrokenArchive, ArchiveContents, UnpackedTooLarge, SuspiciousCompression or WorkbookTooLarge.
    """
    packing = _packing(file)
    if packing is None:
        yield Table(file=file)
        return
    with tempfile.TemporaryFile(dir=directory) as table:
        file.seek(0)
        if packing == "workbook":
            _read_workbook(file, table, limits)
        else:
            for piece in _gunzip(file, limits) if packing == "gzip" else _unzip(file, limits):
                table.write(piece)
        table.seek(0)
        yield Table(file=table, packing=packing, dialect=_WORKBOOK_DIALECT if packing == "workbook" else None)


def _packing(file: BinaryIO) -> Packing | None:
    file.seek(0)
    head = file.read(8)
    if head.startswith(b"\x1f\x8b"):
        return "gzip"
    if head == _OLD_WORKBOOK:
        return "workbook"
    if not head.startswith(b"PK\x03\x04"):
        return None
    with _archive(file) as archive:
        return "workbook" if any(part in archive.namelist() for part in _WORKBOOK_PARTS) else "zip"


def _gunzip(file: BinaryIO, limits: UnpackingLimits) -> Iterator[bytes]:
    gunzip = Gunzip(limits)
    while block := file.read(_BLOCK_BYTES):
        yield from gunzip.feed(block)
    gunzip.end()


def _unzip(file: BinaryIO, limits: UnpackingLimits) -> Iterator[bytes]:
    with _archive(file) as archive:
        member = _only_member(archive)
        size = 0
        try:
            with archive.open(member) as content:
                while block := content.read(_BLOCK_BYTES):
                    size += len(block)
                    limits.check(packed=member.compress_size, unpacked=size)
                    yield block
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise BrokenArchive(f"The ZIP archive can't be unpacked ({error}); pack the file again.") from error


@contextmanager
def _archive(file: BinaryIO) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError) as error:
        raise BrokenArchive(f"The ZIP archive is damaged ({error}); pack the file again.") from error
    with archive:
        yield archive


def _only_member(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    """Return the one file in the archive, not counting what operating systems add."""
    files = [info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
    if len(files) != 1:
        names = ", ".join(info.filename for info in files[:5]) or "none"
        raise ArchiveContents(f"The archive must hold one CSV file; it holds: {names}. Upload each file by itself.")
    return files[0]


def _is_clutter(name: str) -> bool:
    path = PurePosixPath(name)
    return path.parts[0] == "__MACOSX" or path.name.startswith(".") or path.name.lower() in {"thumbs.db", "desktop.ini"}


def _read_workbook(file: BinaryIO, table: IO[bytes], limits: UnpackingLimits) -> None:
    """Have another process write the sheet as CSV: a hostile workbook asks for any amount of memory."""
    if _unpacked_size(file) > limits.max_workbook_bytes:
        raise _workbook_too_large(limits)
    file.seek(0)
    command = [sys.executable, "-m", "services.ingest.workbook_rows", str(limits.max_workbook_bytes)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, stdin=file, stdout=table, stderr=subprocess.PIPE, check=False, timeout=_WORKBOOK_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise _workbook_too_large(limits) from error
    if done.returncode == 2:
        reason = done.stderr.decode("utf-8", "replace").strip()[-200:]
        raise BrokenArchive(f"The workbook can't be read ({reason}); save its sheet as CSV UTF-8, and upload that.")
    if done.returncode:
        raise _workbook_too_large(limits)


def _unpacked_size(file: BinaryIO) -> int:
    if file.seek(0) == 0 and file.read(2) == b"PK":
        with _archive(file) as archive:
            return sum(info.file_size for info in archive.infolist())
    return file.seek(0, 2)


def _workbook_too_large(limits: UnpackingLimits) -> WorkbookTooLarge:
    return WorkbookTooLarge(
        f"The workbook needs more than {limits.max_workbook_bytes:,} bytes of memory, or too long; save its sheet as "
        "CSV UTF-8 and upload that, or raise LEADLEDGER_UPLOAD_MAX_WORKBOOK_BYTES.",
        limit=limits.max_workbook_bytes,
    )
