"""Why a file as a whole can't be read; what is wrong with single records is a `ProblemCode` instead.

UnreadableFile             422
├── EmptyFile              422  no byte, or a byte order mark only
├── NoHeader               422  no row of column names
├── BinaryFile             415  an image, an archive, a workbook
├── UnreadableEncoding     422  the characters can't be decoded
├── CellTooLong            413  also what a missing closing quote in a big file leads to
├── RecordTooLong          413
├── TooManyColumns         413
└── TooManyRecords         413
BadDialect                 400  the caller chose an encoding, a delimiter or a quote that can't be
"""

from shared.errors import BadInput, Problem


class UnreadableFile(Problem):
    """The file can't be read as a table."""

    status = 422
    slug = "unreadable-file"
    title = "The file can't be read as a table"


class EmptyFile(UnreadableFile):
    """The file holds nothing."""

    slug = "empty-file"
    title = "The file is empty"


class NoHeader(UnreadableFile):
    """The file has no row of column names."""

    slug = "no-header"
    title = "The file has no header row"


class BinaryFile(UnreadableFile):
    """The file is not text."""

    status = 415
    slug = "binary-file"
    title = "The file is not a text file"


class UnreadableEncoding(UnreadableFile):
    """The characters of the file can't be decoded."""

    slug = "unreadable-encoding"
    title = "The encoding of the file is not known"


class CellTooLong(UnreadableFile):
    """A cell has more characters than the limit."""

    status = 413
    slug = "cell-too-long"
    title = "A cell of the file is too long"


class RecordTooLong(UnreadableFile):
    """A record has more bytes than the limit."""

    status = 413
    slug = "record-too-long"
    title = "A record of the file is too long"


class TooManyColumns(UnreadableFile):
    """A record has more cells than the limit."""

    status = 413
    slug = "too-many-columns"
    title = "The file has too many columns"


class TooManyRecords(UnreadableFile):
    """The file has more records than the limit."""

    status = 413
    slug = "too-many-records"
    title = "The file has too many records"


class BadDialect(BadInput):
    """The dialect chosen by the caller can't be."""

    slug = "bad-dialect"
    title = "The chosen dialect can't be used"
