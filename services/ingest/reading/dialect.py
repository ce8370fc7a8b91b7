"""How a file is written: encoding, delimiter, quotes, line ends; found in the file or chosen by the caller."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import IO, Self

from services.ingest.reading.binary_file import refuse_control_characters, refuse_known_formats
from services.ingest.reading.delimiter import find_format
from services.ingest.reading.encoding import (
    Encoding,
    EncodingBasis,
    counted_encoding,
    given_encoding,
    marked_encoding,
)
from services.ingest.reading.errors import BadDialect, EmptyFile

_HEAD_BYTES = 65_536


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    r"""How a file is written.

    `encoding` is Python's name of the codec; `encoding_basis` says how it was found ("guessed" and "damaged"
    deserve a look by the user). `quote_char` None means that nothing is quoted. `sep_line` tells of Excel's
    `sep=;` as the first line. `line_terminator` is that of the first line, "" if there is none; all of
    "\n", "\r\n" and "\r" end a record whatever it is.
    """

    encoding: str
    encoding_basis: EncodingBasis = "given"
    bom_bytes: int = 0
    delimiter: str = ","
    quote_char: str | None = '"'
    skip_initial_space: bool = False
    sep_line: bool = False
    line_terminator: str = "\n"

    def to_json(self) -> dict[str, str | int | bool | None]:
        """Return the dialect as a JSON object; `from_json` reads it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, object]) -> Self:
        """Return the dialect that `to_json` wrote."""
        return cls(**document)  # type: ignore[arg-type]  # its own output, kept with the upload


@dataclass(frozen=True, kw_only=True, slots=True)
class DialectChoice:
    """What the caller knows of the dialect; None is to be found, `quote_char` "" means nothing is quoted."""

    encoding: str | None = None
    delimiter: str | None = None
    quote_char: str | None = None


FIND_ALL = DialectChoice()


def detect_dialect(file: IO[bytes], choice: DialectChoice = FIND_ALL) -> Dialect:
    """Return the dialect of a seekable file; reads all of it once where its encoding must be counted.

    Raises EmptyFile, BinaryFile, UnreadableEncoding, or BadDialect for a choice that can't be.
    """
    _check(choice)
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    encoding = _find_encoding(file, head, chosen=choice.encoding)
    if len(head) <= encoding.bom_bytes:
        raise EmptyFile("The file holds no data; export it again and upload the new file.")
    sample = _sample(head, encoding)
    first, terminator, rest = _split_first_line(sample)
    separator = _excel_separator(first)
    found = find_format(
        rest if separator else sample,
        delimiter=choice.delimiter or separator,
        quote_char=choice.quote_char,
    )
    return Dialect(
        encoding=encoding.name,
        encoding_basis=encoding.basis,
        bom_bytes=encoding.bom_bytes,
        delimiter=found.delimiter,
        quote_char=found.quote_char,
        skip_initial_space=found.skip_initial_space,
        sep_line=separator is not None,
        line_terminator=terminator,
    )


def _check(choice: DialectChoice) -> None:
    delimiter, quote = choice.delimiter, choice.quote_char
    if delimiter is not None and not _is_separator(delimiter, '"\r\n\0'):
        raise BadDialect(f"The delimiter {delimiter!r} can't be; choose one ASCII character: , ; | or a tab.")
    if quote and not _is_separator(quote, f" \t\r\n\0{delimiter or ''}"):
        raise BadDialect(f"The quote {quote!r} can't be; choose one ASCII character: \" or ', or none.")


def _is_separator(text: str, forbidden: str) -> bool:
    return len(text) == 1 and text.isascii() and text not in forbidden


def _find_encoding(file: IO[bytes], head: bytes, *, chosen: str | None) -> Encoding:
    refuse_known_formats(head)
    if chosen is not None:
        return given_encoding(chosen, head)
    marked = marked_encoding(head)
    if marked is not None:
        return marked
    refuse_control_characters(head)
    return counted_encoding(file)


def _sample(head: bytes, encoding: Encoding) -> str:
    """Decode the file's start, without the last line of it if that may be cut off."""
    text = head[encoding.bom_bytes :].decode(encoding.name, "replace").replace("\0", "")
    whole = max(text.rfind("\n"), text.rfind("\r")) + 1
    return text[:whole] if whole and len(head) == _HEAD_BYTES else text


def _split_first_line(sample: str) -> tuple[str, str, str]:
    ends = [place for place in (sample.find("\r"), sample.find("\n")) if place >= 0]
    if not ends:
        return sample, "", ""
    end = min(ends)
    terminator = "\r\n" if sample.startswith("\r\n", end) else sample[end]
    return sample[:end], terminator, sample[end + len(terminator) :]


def _excel_separator(first_line: str) -> str | None:
    line = first_line.strip(' "')
    return line[4] if len(line) == 5 and line[:4].lower() == "sep=" else None
