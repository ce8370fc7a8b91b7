"""Bytes become JSON that PostgreSQL can hold; nothing else does."""

import json

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.executor.calls.body import NO_JSON, dump_json, read_json


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b'{"request_id": 1039995589705121900}', {"request_id": 1039995589705121900}),
        (b'{"request_id": -9223372036854775809123}', {"request_id": -9223372036854775809123}),
        (b'{"a": "x\\u0000y"}', {"a": "x\ufffdy"}),
        (b'{"a\\u0000": 1}', {"a\ufffd": 1}),
        (b'["\\ud800"]', ["\ufffd"]),
        (b'\xef\xbb\xbf{"bom": true}', {"bom": True}),
        (b'{"twice": 1, "twice": 2}', {"twice": 2}),
        (b"null", None),
        (b"[1.10]", [1.1]),
    ],
)
def test_json_is_read(content: bytes, value: object) -> None:
    assert read_json(content) == value


@pytest.mark.parametrize(
    "content",
    [
        b"<html>nginx</html>",
        b'{"cut": ',
        b"NaN",
        b"[Infinity]",
        b"[1e400]",
        b"\xff\xfe{}",
        b"Invalid API key",
        b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_told_as_such(content: bytes) -> None:
    assert read_json(content) is NO_JSON


def test_an_integer_beyond_64_bits_is_written_as_it_was_read() -> None:
    assert dump_json(read_json(b'{"n":123456789012345678901234567890}')) == b'{"n":123456789012345678901234567890}'


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_values)
def test_any_json_comes_back_and_postgresql_could_hold_it(value: object) -> None:
    read = read_json(json.dumps(value).encode())
    assert read is not NO_JSON
    assert b"\\u0000" not in dump_json(read)
    assert json.loads(dump_json(read)) == read


@given(st.binary())
def test_any_bytes_are_json_or_told_as_none(content: bytes) -> None:
    read = read_json(content)
    if read is NO_JSON:
        with pytest.raises((ValueError, orjson.JSONDecodeError)):
            orjson.loads(content)
