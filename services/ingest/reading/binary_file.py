"""Refusal of files that are not text."""

from services.ingest.reading.errors import BinaryFile

_WORKBOOK = "save the sheet as CSV UTF-8 in the program it comes from, and upload that"
_ARCHIVE = "unpack it and upload the CSV file inside"
_OTHER = "upload a CSV file"
_SIGNATURES = (
    (b"PK\x03\x04", "an Excel workbook or a ZIP archive inside of another", f"{_WORKBOOK}, or {_ARCHIVE}"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel workbook inside of an archive", _WORKBOOK),
    (b"\x1f\x8b", "gzip-compressed more than once", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed", _ARCHIVE),
    (b"BZh", "bzip2-compressed", _ARCHIVE),
    (b"\xfd7zXZ\x00", "xz-compressed", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _ARCHIVE),
    (b"Rar!\x1a\x07", "a RAR archive", _ARCHIVE),
    (b"%PDF-", "a PDF document", _OTHER),
    (b"\x89PNG\r\n\x1a\n", "a PNG image", _OTHER),
    (b"\xff\xd8\xff", "a JPEG image", _OTHER),
    (b"GIF8", "a GIF image", _OTHER),
    (b"PAR1", "a Parquet file", "export it as CSV and upload that"),
    (b"SQLite format 3\x00", "an SQLite database", "export the table as CSV and upload that"),
)
# Tab, line feed, vertical tab, form feed and carriage return occur in exports; the rest don't.
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r"))
_TEXT = bytes(set(range(256)) - set(_CONTROLS))


def refuse_known_formats(head: bytes) -> None:
    """Raise BinaryFile if the file begins like a workbook, an archive, an image or a database."""
    for signature, name, advice in _SIGNATURES:
        if head.startswith(signature):
            raise BinaryFile(f"The file is {name}, not CSV; {advice}.")


def refuse_control_characters(head: bytes) -> None:
    """Raise BinaryFile if too much of the file's start is control characters; a few are data."""
    controls = len(head.translate(None, _TEXT))
    if controls > 0.3 * len(head) or (controls >= 32 and controls > 0.05 * len(head)):
        raise BinaryFile(
            f"{controls:,} of the file's first {len(head):,} bytes are control characters, so it is not text; "
            f"{_OTHER}, or name its encoding.",
        )
