"""From an answer's bytes to JSON that PostgreSQL can hold. The exact bytes are stored beside it in any case."""

import json
import math
import re
from typing import Any, Final

import orjson

NO_JSON: Final = object()
"""What `read_json` returns for bytes that are no JSON: distinct from JSON's own null."""

# The fast parser rounds integers beyond 64 bits and jsonb refuses NUL: such answers take the careful way. Looked for
# as plain bytes, once all digits are made one: a pattern would take longer than the parser.
_ALL_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19
_NUL = rb"\u0000"
_NOT_TEXT = re.compile("[\0\ud800-\udfff]")


def read_json(content: bytes) -> Any:
    """Return the JSON value of an answer, or NO_JSON.

    Integers of any size survive. What jsonb can't hold (NUL, lone surrogates) becomes U+FFFD.
    """
    if _LONG_NUMBER not in content.translate(_ALL_ZEROS) and _NUL not in content:
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError:
            pass
    try:
        return _clean(json.loads(content.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite))
    except (ValueError, RecursionError):
        return NO_JSON


def dump_json(value: object) -> bytes:
    """Return the JSON text of a value that `read_json` gave, or that was mapped from such."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError(f"{number} is too large")
    return value


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return _NOT_TEXT.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    return value
