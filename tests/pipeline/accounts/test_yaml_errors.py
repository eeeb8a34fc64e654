"""What stops the parser is told where the mistake was made, not where the parser noticed it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.accounts.file import parse_accounts
from pipeline.accounts.yaml_nodes import Place, Problem

_KEY_TOO_FAR = "this key is indented further than the one above it; align them"
_NO_COLON = "this key has no colon; write key: value"
_WITH_KEYS = "an account with keys is written - handle: nasa; its keys follow below handle"
_FIRST_INDENTED = "this line is indented, but those below it are not; remove the spaces before it"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("accounts:\n  - handle: nasa\n     group: x\n", f"3:6: {_KEY_TOO_FAR}"),
        ("accounts:\r\n  - handle: nasa\r\n     group: x\r\n", f"3:6: {_KEY_TOO_FAR}"),
        ("defaults:\n  max_posts: 5  # a\n\n  # b\n   include: [posts]\n", f"5:4: {_KEY_TOO_FAR}"),
        ("defaults:\n  include: [posts]\n   max_posts: 5\n", f"3:4: {_KEY_TOO_FAR}"),
        ("accounts:\n  - nasa\n    max_posts: 5\n", f"3:5: {_WITH_KEYS}"),
        ("accounts:\n  - nasa  # a\n    max_posts: 5\n", f"3:5: {_WITH_KEYS}"),
        ("accounts:\n  - 'nasa'\n    max_posts: 5\n", f"3:5: {_WITH_KEYS}"),
        ("timezone UTC\naccounts:\n  - nasa\n", f"1:1: {_NO_COLON}"),
        ("accounts:\n  - handle: nasa\n    group x\n    max_posts: 5\n", f"3:5: {_NO_COLON}"),
        ("\n# a\n timezone: UTC\naccounts:\n  - nasa\n", f"3:2: {_FIRST_INDENTED}"),
    ],
)
def test_a_line_in_the_wrong_place_is_told_at_that_line(problems: Any, content: Any, told: Any) -> None:
    assert problems(content) == [f"accounts.yaml:{told}"]


@given(st.integers(1, 6), st.sampled_from(["\n", "\r\n"]))
def test_a_key_too_far_is_told_at_its_first_letter_however_far(spaces: int, line_end: str) -> None:
    lines = ["accounts:", "  - nasa", "  - handle: esa", f"{' ' * (4 + spaces)}group: x", ""]
    told = parse_accounts(line_end.join(lines).encode())[1]
    assert told == [Problem(Place(4, 5 + spaces), _KEY_TOO_FAR)]
