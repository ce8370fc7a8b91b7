"""What may be wrong with a single record that is kept all the same."""

from enum import StrEnum


class ProblemCode(StrEnum):
    """A flag on a record or on the header; `meaning` is the sentence for the user."""

    BLANK_LINE = "blank_line"
    EMPTY_RECORD = "empty_record"
    TOO_FEW_CELLS = "too_few_cells"
    TOO_MANY_CELLS = "too_many_cells"
    NUL_BYTE = "nul_byte"
    INVALID_ENCODING = "invalid_encoding"
    UNTERMINATED_QUOTE = "unterminated_quote"
    STRAY_QUOTE = "stray_quote"
    REPEATED_HEADER = "repeated_header"
    EMPTY_COLUMN_NAME = "empty_column_name"
    DUPLICATE_COLUMN_NAME = "duplicate_column_name"
    PREAMBLE = "preamble"

    @property
    def meaning(self) -> str:
        """What was found, and what was done about it."""
        return _MEANINGS[self]


_MEANINGS = {
    ProblemCode.BLANK_LINE: "The line is blank; it is kept as a record without values.",
    ProblemCode.EMPTY_RECORD: "Every cell of the record is empty.",
    ProblemCode.TOO_FEW_CELLS: "The record has fewer cells than the header; the last columns have no value.",
    ProblemCode.TOO_MANY_CELLS: "The record has more cells than the header; the extra cells are kept without a name.",
    ProblemCode.NUL_BYTE: "The record holds NUL characters; each is shown as \u2400 (U+2400).",
    ProblemCode.INVALID_ENCODING: "Some bytes are not valid in the file's encoding; they are shown as U+FFFD.",
    ProblemCode.UNTERMINATED_QUOTE: "A quote is never closed; the record was ended where the next one begins.",
    ProblemCode.STRAY_QUOTE: "A quote stands inside a cell without being doubled; it was read as it stands.",
    ProblemCode.REPEATED_HEADER: "The record repeats the header, as in files that were joined.",
    ProblemCode.EMPTY_COLUMN_NAME: "A column has no name; its cells are kept by position.",
    ProblemCode.DUPLICATE_COLUMN_NAME: "A column name occurs more than once; both columns are kept.",
    ProblemCode.PREAMBLE: "Lines stand above the column names; they are kept with the file and are no rows.",
}
