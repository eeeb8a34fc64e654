"""accounts.yaml is read strictly, and every problem is told at once, where it stands."""

import json
import re
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.accounts.file import MAX_BYTES, load_accounts, parse_accounts
from pipeline.accounts.model import AccountsConfig
from pipeline.errors import ConfigError
from tests.examples import examples
from tests.pipeline.accounts.texts import PIECES, ROOT, configuration, damaged


def handles(config: AccountsConfig) -> list[str]:
    return [account.handle for account in config.accounts]


def test_the_shipped_file_loads_and_lists_the_sandbox_s_accounts() -> None:
    config = load_accounts(ROOT / "accounts.yaml")
    assert set(handles(config)) == {
        *(
            "stadiumfc",
            "northwindair",
            "cobaltmotors",
            "pixelforge",
            "citymetro",
            "lumenenergy",
            "harborbank",
        ),
        *("fernandpine", "halcyonhotels", "tideandco", "brightleaf", "1729", "quickdealz", "ateliernoir"),
        "orchardtv",
    }
    assert "  - 1729 " in (ROOT / "accounts.yaml").read_text(encoding="utf-8")
    assert any("retweets" in account.include for account in config.accounts)


@pytest.mark.parametrize(
    "handle",
    [
        *("007", "1729", "1e5", "0x1F", "0o17", "1_000", "yes", "no", "on", "Off", "y"),
        "true",
        "False",
        "null",
        "NULL",
    ],
)
def test_a_handle_is_read_as_it_is_written(load: Any, handle: Any) -> None:
    assert handles(load(f"accounts:\n  - {handle}\n  - handle: {handle}x\n  - handle: '{handle}y'\n")) == [
        handle,
        f"{handle}x",
        f"{handle}y",
    ]
    assert handles(load(f"accounts:\n- handle: {handle}\n")) == [handle]


def test_a_group_and_an_id_are_read_as_they_are_written(load: Any) -> None:
    (account,) = load("accounts:\n- handle: a\n  group: 2024\n  id: 123\n").accounts
    assert (account.group, account.id) == ("2024", "123")


def test_phrases_without_tone_are_read_as_they_are_written_and_added_to_those_of_the_defaults(
    load: Any,
) -> None:
    text = "defaults: {no_tone: [War Zone, 1984]}\naccounts: [a, {handle: b, no_tone: [yes, '@ease', 1984]}]"
    first, second = load(text).accounts
    assert first.no_tone == ("War Zone", "1984")
    assert second.no_tone == ("War Zone", "1984", "yes", "@ease")


@pytest.mark.parametrize(
    ("no_tone", "problem"),
    [
        (
            "War Zone",
            "2:33: no_tone must be a list of at most 500 entries; found War Zone "
            "(write each entry on a line of its own, after a hyphen and a space)",
        ),
        (
            "[War Zone, '']",
            '2:44: no_tone must be one line of 1 to 60 printable characters; found "" in quotes',
        ),
        (
            f"[{61 * 'x'}]",
            f"2:34: no_tone must be one line of 1 to 60 printable characters; found {59 * 'x'}…",
        ),
        ("[' x']", '2:34: no_tone must be one line of 1 to 60 printable characters; found " x" in quotes'),
        (
            '["a\\nb"]',
            '2:34: no_tone must be one line of 1 to 60 printable characters; found "a\\nb" in quotes',
        ),
        ("[{a: b}]", "2:34: no_tone must be one line of 1 to 60 printable characters; found keys and values"),
        (f"[{501 * 'x, '}]", "2:33: no_tone must be a list of at most 500 entries; found 501 entries"),
        (
            f"[{', '.join(f'x{number}' for number in range(499))}]",
            "2:33: no_tone and that of defaults must have at most 500 entries together; found 501",
        ),
    ],
)
def test_a_list_of_phrases_that_is_wrong_is_told_where_it_stands(
    load: Any, no_tone: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        load(f"defaults: {{no_tone: [one, two]}}\naccounts: [{{handle: a, no_tone: {no_tone}}}]")
    assert [line.partition(".yaml:")[2] for line in refused.value.problems] == [problem]


def test_as_many_phrases_as_are_allowed_load(load: Any) -> None:
    phrases = ", ".join(f"x{number}" for number in range(499))
    (account,) = load(
        f"defaults: {{no_tone: [one, x1]}}\naccounts: [{{handle: a, no_tone: [{phrases}]}}]"
    ).accounts
    assert len(account.no_tone) == 500


@pytest.mark.parametrize("written", ["06:30", '"06:30"', "'06:30'"])
def test_a_time_of_day_needs_no_quotes(load: Any, written: Any) -> None:
    assert load(f"collect_at: {written}\naccounts: [a]").collect_at == time(6, 30)


@pytest.mark.parametrize("written", ["1000", "1e3", "1000.0", "0x3E8", "0o1750", "+1000"])
def test_a_number_is_what_yaml_1_2_says_it_is(load: Any, written: Any) -> None:
    assert load(f"defaults: {{max_posts: {written}}}\naccounts: [a]").defaults.max_posts == 1000


def test_money_is_read_as_it_is_written(load: Any) -> None:
    assert load("budget: {usd_per_run: 0.10}\naccounts: [a]").budget.usd_per_run == Decimal("0.10")


@pytest.mark.parametrize("before", ["", "\ufeff", "# comment\n", "---\n", "%YAML 1.1\n---\n"])
@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"])
def test_a_byte_order_mark_a_comment_and_any_line_break_are_accepted(
    load: Any, before: Any, line_break: Any
) -> None:
    text = f"{before}accounts:\n  - nasa\n  - esa\n".replace("\n", line_break)
    assert handles(load(text)) == ["nasa", "esa"]


def test_a_missing_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "accounts.yaml"
    with pytest.raises(ConfigError) as refused:
        load_accounts(path)
    assert str(refused.value) == f"{path}: no such file; create it, or choose another with --accounts"


def test_a_directory_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a directory; name a file in it"):
        load_accounts(tmp_path)


def test_a_path_that_no_file_can_have_is_a_problem_of_one_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load_accounts(tmp_path / "a\x00\x1b[2Jb")
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "content", ["", "\n\n", "# only a comment\n", "---\n", "\ufeff", "---\n...\n", "   "]
)
def test_an_empty_file_says_what_to_write(problems: Any, content: Any) -> None:
    assert problems(content) == [
        "accounts.yaml:1:1: the file is empty; list at least one handle under accounts:"
    ]


def test_a_file_beyond_the_limit_is_not_read_through(problems: Any) -> None:
    assert problems("#" * (MAX_BYTES + 1)) == [
        "accounts.yaml:1:1: the file is larger than 1,048,576 bytes; check that it is the right one"
    ]


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("accounts:\n  - é # ".encode() + b"\xe9", "2:9"),
        ("accounts: [nasa]".encode("utf-16"), "1:1"),
        (b"\xef\xbb\xbfab\r\n\xff", "2:1"),
    ],
)
def test_a_file_that_is_not_utf_8_is_told_where(problems: Any, content: Any, place: Any) -> None:
    (problem,) = problems(content)
    assert problem.startswith(f"accounts.yaml:{place}: must be UTF-8 text; found the byte 0x")


def test_all_problems_are_told_at_once_in_the_order_of_the_file(problems: Any) -> None:
    told = problems(
        "accounts:\n  - @a\n  - *b\n  - !c d\n  - e-f\n  - [g]\nbudget: {usd_per_run: -1}\ntimezon: UTC\n"
        "collect_at: 25:00\ncollect_at: 06:00\n"
    )
    assert [problem.split(": ")[0] for problem in told] == [
        f"accounts.yaml:{place}"
        for place in ("2:5", "3:5", "4:5", "5:5", "6:5", "7:23", "8:1", "9:13", "10:1")
    ]


def test_beyond_fifty_problems_the_rest_is_counted(problems: Any) -> None:
    told = problems("accounts:\n" + "".join(f"  - @a{number}\n" for number in range(60)))
    assert len(told) == 51
    assert told[-1] == "accounts.yaml:52:5: and 10 more problems from here on"


def test_hostile_text_reaches_no_terminal(problems: Any) -> None:
    told = problems('accounts: ["\\e[2J\\a\\r\\n", "\u202e", ' + '"' + "x" * 500 + '"]\n"\\e]0;": 1\n')
    assert len(told) == 4
    assert all(problem.isprintable() and len(problem) < 250 for problem in told)


@examples(300)
@given(
    st.one_of(
        st.text(),
        st.lists(PIECES).map("".join),
        damaged(),
        st.lists(PIECES).map(lambda pieces: "accounts: [a]\n" + "".join(pieces)),
    ).map(str.encode)
    | st.binary()
)
def test_any_content_loads_or_is_refused_with_places_inside_the_file(content: Any) -> None:
    config, problems = parse_accounts(content)
    assert (config is None) == bool(problems)
    lines = re.split("\r\n|\r|\n", content.removeprefix(b"\xef\xbb\xbf").decode(errors="replace"))
    for (line, column), message in problems:
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert message
        assert message.isprintable()


@settings(deadline=None)
@given(configuration)
def test_a_valid_configuration_comes_back_from_its_file(written: Any) -> None:
    """What the model takes from Python it takes from a file (JSON is YAML), and from its own dump."""
    config, problems = parse_accounts(json.dumps(written, ensure_ascii=False).encode())
    assert problems == []
    assert config == AccountsConfig.model_validate(written)
    dumped = config.model_dump(mode="json", exclude_none=True)
    assert parse_accounts(json.dumps(dumped, ensure_ascii=False).encode()) == (config, [])
