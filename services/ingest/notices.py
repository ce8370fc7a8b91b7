"""What an upload's owner should know of the file as a whole."""

from collections.abc import Iterator

from services.ingest.open_file import OpenFile
from services.ingest.sources import SOURCES
from services.ingest.upload_schemas import Notice

MAPPING_REMEMBERED = Notice(
    code="mapping_remembered", message="The mapping is the one that was chosen for the last file with this header."
)


def notices_of(file: OpenFile, *, rows: int) -> Iterator[Notice]:
    """Yield the notices of a file with so many rows."""
    source = SOURCES[file.mapping.source]
    if file.source_is_detected:
        message = f"No source was given; the header looks like: {source.title}. Add ?source= if it is another."
        yield Notice(code="source_detected", message=message)
    if not rows:
        yield Notice(code="header_only", message="The file has a header and no row; a batch can't be launched from it.")
    if not file.mapping.fields:
        message = f"No column is known of the source {source.name}; rename columns, or name another source."
        yield Notice(code="nothing_mapped", message=message)
    for problem in file.reader.header.problems:
        yield Notice(code=problem, message=problem.meaning)
