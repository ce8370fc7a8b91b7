"""Forms as they stream by, in pieces of any size."""

from collections.abc import AsyncIterator

import pytest

from services.ingest.form_file import FormFile
from services.ingest.upload_errors import NoFileInForm, NotAForm, SeveralFilesInForm
from shared.errors import TooLarge

CONTENT = b"Email\r\n--x\r\n--xyz is no boundary\r\na@example.com\r\n"


def part(headers: bytes, content: bytes) -> bytes:
    return b"--xyz-1\r\nContent-Disposition: form-data; " + headers + b"\r\n\r\n" + content + b"\r\n"


FORM = part(b'name="comment"', b"mine") + part(b'name="file"; filename="a.csv"', CONTENT) + b"--xyz-1--\r\n"


def form_file(body: bytes, size: int) -> FormFile:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), size):
            yield body[at : at + size]

    return FormFile(pieces(), b"xyz-1")


async def read(form: FormFile) -> bytes:
    return b"".join([chunk async for chunk in form.chunks()])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
async def test_the_file_is_found_however_the_body_is_cut_into_pieces(size: int) -> None:
    form = form_file(FORM, size)
    assert await read(form) == CONTENT
    assert form.filename == "a.csv"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", NotAForm),
        (b"Email\na@example.com\n", NotAForm),
        (FORM[:-6], NotAForm),
        (part(b'name="comment"', b"mine") + b"--xyz-1--\r\n", NoFileInForm),
        (part(b'name="a"; filename="a.csv"', CONTENT) * 2 + b"--xyz-1--\r\n", SeveralFilesInForm),
        (part(b'name="comment"', b"m" * 1_100_000), TooLarge),
    ],
)
async def test_a_form_that_is_not_one_whole_file_is_refused(body: bytes, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        await read(form_file(body, 1000))
