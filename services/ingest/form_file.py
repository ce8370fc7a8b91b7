"""The one file of a multipart form, taken out of the body as it streams by."""

from collections.abc import AsyncIterator

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from services.ingest.upload_errors import NoFileInForm, NotAForm, SeveralFilesInForm
from shared.errors import TooLarge

_FIELD_BYTES = 1024 * 1024


class FormFile:
    """Iterate over `chunks` to the end; `filename` is known from the first chunk on."""

    def __init__(self, body: AsyncIterator[bytes], boundary: bytes) -> None:
        self.filename: str | None = None
        self._body = body
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin_part,
                "on_header_field": self._add_header_name,
                "on_header_value": self._add_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._begin_data,
                "on_part_data": self._take_data,
                "on_end": self._end,
            },
        )
        self._name, self._value, self._disposition = b"", b"", b""
        self._in_file = self._complete = False
        self._files = self._field_bytes = 0
        self._taken: list[bytes] = []

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the file; raises a problem unless the form is whole and holds one file."""
        async for block in self._body:
            try:
                self._parser.write(block)
            except MultipartParseError as error:
                raise NotAForm(f"The multipart body is malformed ({error}); send the file as the raw body.") from error
            for piece in self._taken:
                yield piece
            self._taken.clear()
        if not self._complete:
            raise NotAForm("The multipart body ends before its closing boundary; send it again.")
        if not self._files:
            raise NoFileInForm("Send the CSV as a part with a filename, as in `curl -F file=@leads.csv`.")

    def _begin_part(self) -> None:
        self._disposition = b""
        self._in_file = False

    def _add_header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _add_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name, self._value = b"", b""

    def _begin_data(self) -> None:
        _, options = parse_options_header(self._disposition.decode("latin-1"))
        if b"filename" not in options:
            return
        self._in_file = True
        self._files += 1
        if self._files > 1:
            raise SeveralFilesInForm("Send one file per request; each becomes an upload of its own.")
        self.filename = options[b"filename"].decode("utf-8", "replace")

    def _take_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._taken.append(data[start:end])
            return
        self._field_bytes += end - start
        if self._field_bytes > _FIELD_BYTES:
            raise TooLarge("The form's other fields are too large; send the CSV as a part with a filename.")

    def _end(self) -> None:
        self._complete = True
