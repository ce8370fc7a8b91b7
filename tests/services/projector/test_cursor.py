"""The cursor of a page."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projector.cursor import Cursor, read_cursor, write_cursor
from shared.errors import BadInput

LEAD = UUID("0198c2f0-0000-7000-8000-000000000001")


@given(value=st.none() | st.text(), batch_item_id=st.uuids())
def test_a_cursor_says_what_was_written_into_it(value: str | None, batch_item_id: UUID) -> None:
    cursor = Cursor(value=value, batch_item_id=batch_item_id)
    assert read_cursor("name", write_cursor("name", cursor)) == cursor


def test_a_cursor_of_another_order_is_refused() -> None:
    with pytest.raises(BadInput, match="sort=name"):
        read_cursor("company", write_cursor("name", Cursor(value="ada", batch_item_id=LEAD)))


@given(st.text(max_size=60))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_cursor("name", text)
