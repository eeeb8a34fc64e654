# ruff: noqa: E501  (a problem is one line, however long)
"""What each mistake in accounts.yaml is told: where it stands, what must be, what was found."""

from typing import Any

import pytest

from pipeline.accounts.file import parse_accounts

ADDRESS = "must be mailto: and an address, or connection: and the name of an Airflow Connection"
SUCH_AS = "such as mailto:team@example.org or connection:team_chat; tokens belong in the Connection"

AS_LIST = "write each entry on a line of its own, after a hyphen and a space"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("timezone: UTC\n", "1:1: accounts is missing; list at least one handle under accounts:"),
        ("accounts: [nasa]\n? [esa]\n: 1\n", "2:3: a key must be text; found a list or a mapping"),
        ("accounts: !x [nasa]\n", "1:11: tags (!name) are not supported; write the value without a tag"),
        ("%YAML 1.2\n%YAML 1.2\n---\naccounts: [nasa]\n", "2:1: this is not valid YAML"),
        ("accounts: []\n", "1:11: accounts must be a list with at least one entry; found an empty list"),
        ("accounts:\n", "1:1: accounts must be a list with at least one entry; found nothing"),
        ("accounts: nasa\n", f"1:11: accounts must be a list with at least one entry; found nasa ({AS_LIST})"),
        ("accounts:\n  nasa:\n    max_posts: 5\n", f"2:3: accounts must be a list with at least one entry; found keys and values ({AS_LIST})"),
        ("accounts:\n  \u2013 nasa\n", f"2:3: accounts must be a list with at least one entry; found \u2013 nasa ({AS_LIST})"),
        ("accounts:\n  - nasa:\n      max_posts: 5\n", "2:5: handle is missing; write - handle: nasa, and its keys below handle"),
        ("accounts:\n  - nasa:\n", "2:5: handle is missing; write - handle: nasa, and its keys below handle"),
        ("accounts:\n  - nasa, esa\n", "2:5: handle must be one handle; found nasa, esa (write each in an entry of its own)"),
        ("accounts:\n- handle: a\n  include: posts\n", "3:12: include must be a list of one or more of posts, quotes, replies, retweets; found posts (write [posts])"),
        ("accounts: [a]\nnotify: mailto:me@example.org\n", f"2:9: notify must be a list; found mailto:me@example.org ({AS_LIST})"),
        ("accounts:\n  -\n", "2:4: handle must be 1 to 15 of the characters A-Z a-z 0-9 _; found nothing"),
        ("accounts:\n  - @nasa\n", "2:5: handle must be written without the @; found @nasa (write nasa)"),
        ("accounts:\n  - '@nasa'\n", '2:5: handle must be written without the @; found "@nasa" in quotes (write nasa)'),
        ("accounts:\n  - handle: @nasa\n", "2:13: handle must be written without the @; found @nasa (write nasa)"),
        ("accounts: [x.com/nasa]\n", "1:12: handle must be the handle alone, not a link; found x.com/nasa (write nasa)"),
        ("accounts: [abcdefghijklmnop]\n", "1:12: handle must have at most 15 characters (this has 16); found abcdefghijklmnop"),
        ("accounts: [na-sa]\n", "1:12: handle must be 1 to 15 of the characters A-Z a-z 0-9 _; found na-sa"),
        ("accounts:\n  - group: x\n", "2:5: handle is missing; write handle: and its value here"),
        ("accounts:\n- [a]\n", "2:3: an account must be a handle, or keys and values: handle, group, id, max_posts, include, refresh_days, no_tone, mentions, completeness; found a list"),
        ("accounts:\n  - nasa\n  - esa\n  - NaSa\n", "4:5: the handle NaSa is listed twice; the first is on line 2"),
        ("accounts:\n- {handle: a, id: 7}\n- {handle: b, id: 7}\n", "3:19: the id 7 is listed twice; the first is on line 2"),
        ("accounts:\n- {handle: a, id: x7}\n", "2:19: id must be X's number for the account, such as 11348282; found x7"),
        ("accounts:\n- handle: a\n  group: ''\n", '3:10: group must be one line of 1 to 200 printable characters; found "" in quotes'),
        ("accounts:\n- handle: a\n  group:\n", "3:3: group must be one line of 1 to 200 printable characters; found nothing"),
        ("accounts:\n- handle: a\n  group: @x\n", "3:10: a value cannot start with @ in YAML; put it in quotes"),
        ("accounts:\n- handle: a\n  include: []\n", "3:12: include must be a list of one or more of posts, quotes, replies, retweets; found an empty list"),
        ("accounts:\n- handle: a\n  include: [post]\n", "3:13: include must be one of posts, quotes, replies, retweets; found post (did you mean posts?)"),
        ("accounts:\n- handle: a\n  include: [posts, posts]\n", "3:12: include must name each kind once; found a list"),
        ("accounts:\n- handle: a\n  max_post: 5\n", '3:3: unknown key "max_post" (did you mean max_posts?); allowed here: handle, group, id, max_posts, include, refresh_days, no_tone, mentions, completeness'),
        ("accounts: [a]\nretention: {days: 5}\n", '2:13: unknown key "days" (did you mean raw_days?); allowed here: raw_days'),
        ("accounts: [a]\ndefaults: {mentions: yes}\n", "2:22: mentions must be true or false; found yes"),
        ("accounts: [{handle: a, mentions: 1}]\n", "1:34: mentions must be true or false; found 1"),
        ("accounts: [a]\nretention: 5\n", "2:12: retention must be keys and values: raw_days; found 5"),
        ("accounts: [a]\nprofile_days: 0\n", "2:15: profile_days must be a whole number from 1 to 365; found 0"),
        ("accounts: [a]\nprofile_days: 1.5\n", "2:15: profile_days must be a whole number from 1 to 365; found 1.5"),
        ("accounts: [a]\nprofile_days: '7'\n", '2:15: profile_days must be a whole number from 1 to 365; found "7" in quotes'),
        ("accounts: [a]\nprofile_days: true\n", "2:15: profile_days must be a whole number from 1 to 365; found true"),
        ("accounts: [a]\nprofile_days: 1_0\n", "2:15: profile_days must be a whole number from 1 to 365; found 1_0"),
        ("accounts: [a]\nprofile_days:\n", "2:1: profile_days must be a whole number from 1 to 365; found nothing"),
        ("accounts: [a]\ndefaults: {max_posts: 1e999}\n", "2:23: max_posts must be a whole number from 1 to 3200; found 1e999"),
        ("accounts: [a]\nbudget: {usd_per_run: 0}\n", "2:23: usd_per_run must be a number above 0, at most 1000000; found 0"),
        ("accounts: [a]\nbudget: {usd_per_run: .inf}\n", "2:23: usd_per_run must be a number above 0, at most 1000000; found .inf"),
        ("accounts: [a]\nbudget: {usd_per_run: $5}\n", "2:23: usd_per_run must be a number above 0, at most 1000000; found $5"),
        ("accounts: [a]\ntolerate: {failed_accounts: 0.2}\n", "2:29: failed_accounts must be a percentage from 0% to 100%, such as 20%; found 0.2"),
        ("accounts: [a]\ntolerate: {failed_accounts: 20}\n", "2:29: failed_accounts must be a percentage from 0% to 100%, such as 20%; found 20"),
        ("accounts: [a]\ntolerate: {failed_accounts: 101%}\n", "2:29: failed_accounts must be a percentage from 0% to 100%, such as 20%; found 101%"),
        ("accounts: [a]\ncollect_at: 6:00\n", '2:13: collect_at must be hours and minutes from "00:00" to "23:59", such as "06:00"; found 6:00'),
        ("accounts: [a]\ncollect_at: 24:00\n", '2:13: collect_at must be hours and minutes from "00:00" to "23:59", such as "06:00"; found 24:00'),
        ("accounts: [a]\ntimezone: europe/berlin\n", "2:11: timezone must be an IANA name such as UTC; found europe/berlin (did you mean Europe/Berlin?)"),
        ("accounts: [a]\nnotify: [5]\n", f"2:10: notify {ADDRESS}; found 5 ({SUCH_AS})"),
        ("accounts: [a]\nnotify: [me@example.org]\n", f"2:10: notify {ADDRESS}; found me@example.org ({SUCH_AS})"),
        ("accounts: [a]\nnotify:\n  - 'mailto:a@b, c@d'\n", f'3:5: notify {ADDRESS}; found "mailto:a@b, c@d" in quotes ({SUCH_AS})'),
        ('accounts: [a]\nnotify: ["mailto:a@b\\nBcc: c@d"]\n', f'2:10: notify {ADDRESS}; found "mailto:a@b\\nBcc: c@d" in quotes ({SUCH_AS})'),
        ("accounts: [a]\nnotify: ['slack://token']\n", f'2:10: notify {ADDRESS}; found "slack://…" in quotes ({SUCH_AS})'),
        ("- a\n- b\n", "1:1: the file must be keys and values: timezone, collect_at, defaults, profile_days, budget, tolerate, retention, notify, accounts; found a list"),
    ],
)  # fmt: skip
def test_a_problem_says_where_what_must_be_and_what_was_found(content: Any, problem: Any) -> None:
    config, problems = parse_accounts(content.encode())
    assert config is None
    assert [f"{line}:{column}: {message}" for (line, column), message in problems] == [problem]
