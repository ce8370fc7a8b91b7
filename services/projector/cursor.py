"""The cursor of a page: where the next one begins, opaque to callers and good for the order it was made in."""

import base64
import binascii
from dataclasses import dataclass
from uuid import UUID

import orjson
from pydantic import BaseModel, ValidationError

from shared.errors import BadInput


class _Written(BaseModel):
    s: str
    v: str | None
    i: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class Cursor:
    """The last lead of a page: its value in the order (None: it has none) and its id."""

    value: str | None
    batch_item_id: UUID


def write_cursor(sort: str, cursor: Cursor) -> str:
    """Return the cursor as text."""
    written = orjson.dumps({"s": sort, "v": cursor.value, "i": str(cursor.batch_item_id)})
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def read_cursor(sort: str, text: str) -> Cursor:
    """Return the cursor; raises BadInput if it is none, or was made in another order."""
    try:
        padded = text + "=" * (-len(text) % 4)
        written = _Written.model_validate_json(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValidationError, binascii.Error, ValueError) as error:
        raise BadInput("`after` is not a cursor; send what `next` of the page before gave, unchanged.") from error
    if written.s != sort:
        raise BadInput(f"`after` belongs to sort={written.s}; keep the order while you page, or begin anew without it.")
    return Cursor(value=written.v, batch_item_id=written.i)
