"""Why an upload is refused before its file is read; what is wrong with the file itself: `reading/errors.py`.

BadInput
├── NotAForm              400  multipart that can't be taken apart, or cut off
├── NoFileInForm          400
├── SeveralFilesInForm    400
└── ConnectionCut         400  the body ended early; nobody is there to read this
OffsetMismatch            409  a piece of a file that does not begin where the last one ended
WrongContent              415  JSON, a compressed body, anything that can't be CSV
UploadStalled             408  no byte came for a while
UploadTooLarge            413
UnknownSource             422  not given and not recognised, or not one there is
TooManyUploads            503  this process is busy with others
StorageTrouble            503  the disk is full or can't be written
"""

from shared.errors import BadInput, Conflict, Problem, TooLarge, Unavailable, Unprocessable


class NotAForm(BadInput):
    """The multipart body is broken."""

    slug = "broken-form"
    title = "The multipart form can't be read"


class NoFileInForm(BadInput):
    """No part of the form is a file."""

    slug = "no-file-in-form"
    title = "The form holds no file"


class SeveralFilesInForm(BadInput):
    """More than one part of the form is a file."""

    slug = "several-files-in-form"
    title = "The form holds more than one file"


class ConnectionCut(BadInput):
    """The client went away before the end of the body."""

    slug = "connection-cut"
    title = "The connection was cut before the end of the file"


class OffsetMismatch(Conflict):
    """The bytes don't begin where those that have arrived end."""

    slug = "offset-mismatch"
    title = "The piece does not begin where the last one ended"


class WrongContent(Problem):
    """The content type or encoding can't be that of a CSV file."""

    status = 415
    slug = "wrong-content"
    title = "The request body is not a CSV file"


class UploadStalled(Problem):
    """The client stopped sending."""

    status = 408
    slug = "upload-stalled"
    title = "The upload stalled"


class UploadTooLarge(TooLarge):
    """The file has more bytes than the limit."""

    slug = "upload-too-large"
    title = "The file is too large"


class UnknownSource(Unprocessable):
    """The source is none of those there are, or it can't be told from the header."""

    slug = "unknown-source"
    title = "The kind of CSV is not known"


class TooManyUploads(Unavailable):
    """As many uploads as the process takes at once are at work."""

    slug = "too-many-uploads"
    title = "Too many uploads at once"


class StorageTrouble(Unavailable):
    """The disk is full, or the spool directory can't be written."""

    slug = "storage-trouble"
    title = "The file can't be stored now"
