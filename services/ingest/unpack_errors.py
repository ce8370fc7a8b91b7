"""Why a packed file, or a packed body, can't be unpacked.

BrokenArchive             422  cut off, damaged or protected by a password
ArchiveContents           422  not exactly one file in it
UnpackedTooLarge          413  more bytes than the limit once unpacked
SuspiciousCompression     413  so much smaller packed than unpacked as no table is
WorkbookTooLarge          413  a sheet that does not fit into memory
"""

from shared.errors import TooLarge, Unprocessable


class BrokenArchive(Unprocessable):
    """The file can't be unpacked."""

    slug = "broken-archive"
    title = "The file can't be unpacked"


class ArchiveContents(Unprocessable):
    """The archive does not hold exactly one file."""

    slug = "archive-contents"
    title = "The archive does not hold exactly one file"


class UnpackedTooLarge(TooLarge):
    """The file has more bytes than the limit once it is unpacked."""

    slug = "unpacked-too-large"
    title = "The unpacked file is too large"


class SuspiciousCompression(TooLarge):
    """The file is compressed far better than a table can be."""

    slug = "suspicious-compression"
    title = "The file unpacks to suspiciously much"


class WorkbookTooLarge(TooLarge):
    """The workbook needs more memory than it may have."""

    slug = "workbook-too-large"
    title = "The workbook is too large"
