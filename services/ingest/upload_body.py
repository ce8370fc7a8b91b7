"""What came with `POST /uploads`: the file's bytes and name, from a raw body or a multipart form."""

from collections.abc import AsyncIterator, Mapping

from python_multipart.multipart import parse_options_header
from starlette.requests import ClientDisconnect, Request

from services.ingest.form_file import FormFile
from services.ingest.spool import refuse_more_than
from services.ingest.unpacking import UnpackingLimits, gunzipped
from services.ingest.upload_errors import ConnectionCut, NotAForm, WrongContent

_FORM = b"multipart/form-data"
# Besides text/*: what browsers and tools send with a CSV; curl's --data-binary calls everything a form.
_RAW = {
    b"",
    b"application/csv",
    b"application/gzip",
    b"application/octet-stream",
    b"application/vnd.ms-excel",
    b"application/vnd.oasis.opendocument.spreadsheet",
    b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"application/x-gzip",
    b"application/x-csv",
    b"application/x-www-form-urlencoded",
    b"application/x-zip-compressed",
    b"application/zip",
    b"binary/octet-stream",
}
_GZIP = ("gzip", "x-gzip")
_NOT_CSV = {b"text/html", b"text/xml", b"text/javascript", b"text/event-stream"}


class UploadBody:
    """Iterate over `chunks` to the end; then `filename` is what a form said, or None."""

    def __init__(self, request: Request, limits: UnpackingLimits, *, max_bytes: int) -> None:
        content_type, options = parse_options_header(request.headers.get("content-type"))
        _check(content_type, request.headers)
        self._form: FormFile | None = None
        stream = _decoded(request, limits)
        if content_type == _FORM:
            if not options.get(b"boundary"):
                raise NotAForm("The Content-Type names no boundary; let your HTTP library build the form.")
            self._form = FormFile(stream, options[b"boundary"])
        else:
            refuse_more_than(max_bytes, int(request.headers.get("content-length", 0)))
        self.chunks = self._form.chunks() if self._form else stream

    @property
    def filename(self) -> str | None:
        """The name of the file in a form."""
        return self._form.filename if self._form else None


def _check(content_type: bytes, headers: Mapping[str, str]) -> None:
    if headers.get("content-encoding", "identity").lower() not in {"identity", *_GZIP}:
        raise WrongContent("The one Content-Encoding that is taken is gzip; send the file so, or without.")
    is_text = content_type.startswith(b"text/") and content_type not in _NOT_CSV
    if not is_text and content_type != _FORM and content_type not in _RAW:
        raise WrongContent(
            f"The Content-Type {content_type.decode('latin-1')} can't be a CSV file; "
            "send text/csv, application/octet-stream or multipart/form-data."
        )


def _decoded(request: Request, limits: UnpackingLimits) -> AsyncIterator[bytes]:
    received = received_body(request)
    is_packed = request.headers.get("content-encoding", "").lower() in _GZIP
    return gunzipped(received, limits) if is_packed else received


async def received_body(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes; raises ConnectionCut."""
    try:
        async for chunk in request.stream():
            yield chunk
    except ClientDisconnect as error:
        raise ConnectionCut("The connection was cut before the end of the file; send it again.") from error
