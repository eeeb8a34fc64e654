"""Pagination tokens."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pipeline.sandbox.x.cursor import Cursor


@given(st.sampled_from(["older", "newer"]), st.integers(0, 2**63 - 1))
def test_every_token_reads_back_as_its_cursor(direction: Any, post_id: int) -> None:
    token = Cursor(direction, post_id).token()
    assert Cursor.from_token(token) == Cursor(direction, post_id)
    assert token.isalnum()
    assert token == token.lower()


@given(st.integers(0, 2**63 - 1), st.data())
def test_a_token_with_one_letter_changed_is_not_a_token(post_id: int, data: st.DataObject) -> None:
    token = Cursor("older", post_id).token()
    place = data.draw(st.integers(0, len(token) - 2))  # the last letter holds padding bits
    letter = data.draw(
        st.sampled_from("0123456789abcdefghijklmnopqrstuv").filter(lambda c: c != token[place])
    )
    assert Cursor.from_token(token[:place] + letter + token[place + 1 :]) is None


@given(st.text(max_size=60))
def test_no_other_text_is_taken_for_a_token(text: str) -> None:
    assert Cursor.from_token(text) is None
