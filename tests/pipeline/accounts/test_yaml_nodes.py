"""What is wrong with a file as YAML is said in plain words, at its place."""

from typing import Any

import pytest


def test_every_control_character_is_told_and_none_is_printed(problems: Any) -> None:
    assert problems("accounts: [a\x00]\n# \x1b[2J\n") == [
        "accounts.yaml:1:13: the character U+0000 is not allowed in YAML; remove it",
        "accounts.yaml:2:3: the character U+001B is not allowed in YAML; remove it",
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("accounts:\n\t- nasa\n", "2:1: this is a tab; YAML indents with spaces only"),
        (
            "accounts:\n  - na: sa: x\n",
            "2:11: a colon is not allowed here; check the indentation, or put the text in quotes",
        ),
        ("accounts: [a]\ntimezone\n", "2:1: this key has no colon; write key: value"),
        (
            "accounts: [a, b\nnotify: []\n",
            "2:7: a bracket opened on line 1 is not closed before this, or a comma is missing",
        ),
        ("accounts: [a]\ntimezone: 'UTC\n", "2:11: the quote that opens here is never closed"),
        ("accounts:\n  - a\n - b\n", "3:2: this is not aligned with the lines above; check the indentation"),
        ("accounts:\n  - `a`\n", "2:5: a value cannot start with this character; put the value in quotes"),
        (
            'accounts: ["\\q"]\n',
            r"1:14: a backslash in double quotes starts an escape; write \\ or use single quotes",
        ),
        ('accounts: [a, "\\Uffffffff"]\n', "1:13: this is not valid YAML"),
        (
            "accounts: [a]\n---\naccounts: [b]\n",
            "2:1: a second document starts here, but the file must be one document; remove this ---",
        ),
    ],
)
def test_a_syntax_error_is_told_in_plain_words(problems: Any, content: Any, problem: Any) -> None:
    assert problems(content) == [f"accounts.yaml:{problem}"]


_NO_SPACE = "a list entry needs a space after the -"
_TOO_FAR = "this list entry is indented further than its list; align its - with the list's"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("accounts:\n  - a\n  -jaxa\n", [f"3:3: {_NO_SPACE}"]),
        ("accounts:\n- a\n -b\n -c\n", [f"3:2: {_NO_SPACE}", f"4:2: {_NO_SPACE}"]),
        ("accounts:\n  -a\n  - b\n", [f"2:3: {_NO_SPACE}"]),
        ("accounts:\n  -a\n  - handle: b\n", [f"2:3: {_NO_SPACE}"]),
        ("accounts:\n  - handle: a\n   -b\n", [f"3:4: {_NO_SPACE}"]),
        ("accounts:\n  - a\n   - jaxa\n", [f"3:4: {_TOO_FAR}"]),
        ("accounts:\r\n  - a\r\n   - b\r\n    - c\r\n", [f"3:4: {_TOO_FAR}", f"4:5: {_TOO_FAR}"]),
        ("accounts:\n  - handle: a\n    group: b\n     - c\n", [f"4:6: {_TOO_FAR}"]),
    ],
)
def test_an_entry_that_yaml_takes_for_text_is_told_at_its_own_line(
    problems: Any, content: Any, told: Any
) -> None:
    assert problems(content) == [f"accounts.yaml:{problem}" for problem in told]


@pytest.mark.parametrize("group", ["'a\n      - b'", "a - b", "-5", "--a", "[-a]"])
def test_a_text_with_a_dash_that_is_no_entry_is_none(problems: Any, group: Any) -> None:
    assert not [
        line
        for line in problems(f"accounts: [a]\nnotify:\n  - {group}\n")
        if _NO_SPACE in line or _TOO_FAR in line
    ]


def test_in_brackets_a_line_may_begin_with_a_dash(problems: Any) -> None:
    told = problems("accounts: [a]\nnotify: [\n  -b,\n  -c]\n")
    assert [line for line in told if "space" in line or "indented" in line] == []


@pytest.mark.parametrize("opener", ["[", "{", "- ", "? ", "{a: ", "[\n"])
def test_no_depth_of_nesting_breaks_the_reader(problems: Any, opener: Any) -> None:
    (problem,) = problems("accounts: " * (opener in "[{a: ") + opener * 50_000)
    assert problem.endswith("nested more than 20 levels deep; accounts.yaml needs 4")


def test_an_anchor_bomb_is_refused_alias_by_alias_and_never_grows(problems: Any) -> None:
    lines = [
        "a: &a [x, x]",
        *(f"{b}: &{b} [*{a}, *{a}, *{a}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    ]
    told = problems("\n".join(lines))
    aliases = [
        line for line in told if line.endswith("aliases (*name) are not supported; write the value here")
    ]
    assert len(aliases) == 24
    assert aliases[0].startswith("accounts.yaml:2:8: ")


@pytest.mark.parametrize("tag", ["!!str", "!!python/object/apply:os.system", "!x", "!"])
def test_tags_are_refused(problems: Any, tag: Any) -> None:
    assert problems(f"accounts:\n  - {tag} nasa\n") == [
        "accounts.yaml:2:5: tags (!name) are not supported; write the value without a tag"
    ]


def test_merge_keys_are_refused(problems: Any) -> None:
    assert problems("accounts:\n  - handle: a\n    <<: {group: x}\n") == [
        "accounts.yaml:3:5: merge keys (<<) are not supported; write the keys here"
    ]


def test_half_a_character_is_refused(problems: Any) -> None:
    assert problems('accounts:\n  - handle: a\n    group: "\\ud800"\n') == [
        "accounts.yaml:3:12: an escape such as \\ud800 is half of a surrogate pair; write the character itself"
    ]


def test_a_key_given_twice_names_the_first(problems: Any) -> None:
    assert problems("timezone: UTC\naccounts: [a]\n'timezone': UTC\n") == [
        "accounts.yaml:3:1: timezone is given twice; the first is on line 1"
    ]
