"""A handle is what X could know an account by; anything else gets told what to write."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.handles import check_handle
from pipeline.ids import is_handle


@pytest.mark.parametrize("text", ["a", "NASA", "007", "1e5", "0x1F", "yes", "null", "1_000", "_", "a" * 15])
def test_a_handle_comes_back_as_it_was_written(text: Any) -> None:
    assert check_handle(text) == text


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("@nasa", "write nasa"),
        ("https://x.com/NASA", "write NASA"),
        ("http://www.twitter.com/nasa?lang=en", "write nasa"),
        ("x.com/@nasa/status/20", "write nasa"),
    ],
)
def test_a_handle_in_disguise_is_told_what_to_write(text: Any, hint: Any) -> None:
    with pytest.raises(ValueError, match="must be") as refused:
        check_handle(text)
    assert refused.value.args[1] == hint


@pytest.mark.parametrize(
    "text", ["", "na-sa", "nasa ", "nasa\n", "ünal", "a" * 16, "@", "@@nasa", "https://example.com/nasa"]
)
def test_what_x_could_not_know_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="must"):
        check_handle(text)


def test_too_long_a_handle_is_told_its_length() -> None:
    with pytest.raises(ValueError, match=r"at most 15 characters \(this has 16\)"):
        check_handle("a" * 16)


@given(st.text() | st.from_regex(r"[@A-Za-z0-9_]{0,17}", fullmatch=True))
def test_the_rule_is_exactly_x_s(text: Any) -> None:
    assert is_handle(text) == bool(re.fullmatch("[A-Za-z0-9_]{1,15}", text))
