"""Names of files: made safe to keep when they come in, and safe in a header when they go out."""

import re
import unicodedata
from urllib.parse import quote

_MAX_CHARS = 200
_UNSAFE = re.compile(r"[^0-9A-Za-z._ ()\-]")


def clean_filename(given: str | None) -> str:
    """Return the last part of a path, without control characters; `upload.csv` if nothing is left."""
    name = re.split(r"[/\\]", given or "")[-1]
    name = "".join(char for char in name if unicodedata.category(char)[0] != "C")
    return name.strip(" .")[:_MAX_CHARS] or "upload.csv"


def attachment(filename: str) -> str:
    """Return a Content-Disposition: the exact name in UTF-8, and a plain one for old clients."""
    plain = _UNSAFE.sub("_", filename)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
