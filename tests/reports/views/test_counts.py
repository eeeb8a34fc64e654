"""What X counted stands among the facts of the day; what it did not count is not zero."""

from reports.views.counts import counts
from reports.views.data import data
from tests.reports.rows import figures, missing, row


def test_a_day_without_counts_says_nothing_of_them() -> None:
    assert counts(figures(row(0)).accounts) == []


def test_mentions_are_named_by_account_and_null_is_not_zero() -> None:
    day = figures(
        row(0, "esa", mention_count=0), row(0, "nasa", mention_count=1204), row(0, "jaxa"), missing(0, "csa")
    )
    assert counts(day.accounts) == [("Mentions by others", "@nasa 1,204 and @esa 0, as X counts them", False)]
    [fact] = [fact for fact in data(day).facts if fact.name == "Mentions by others"]
    assert not fact.warn


def test_where_posts_may_be_missing_both_numbers_are_told() -> None:
    day = figures(row(0, truncated=True, fetched=200, kept=200, x_post_count=231))
    [fact] = [fact for fact in data(day).facts if fact.name == "Completeness"]
    assert (fact.text, fact.warn) == ("@nasa: X counts about 231 posts, 200 were read", True)
    assert counts(figures(row(0, fetched=5, x_post_count=5)).accounts)[0][2] is False


def test_few_accounts_are_named_and_the_others_numbered() -> None:
    rows = [row(0, f"a{number}", mention_count=5, fetched=1, x_post_count=2) for number in range(6)]
    mentions, completeness = counts(figures(*rows).accounts)
    assert mentions[1] == "@a0 5, @a1 5, @a2 5 and 3 more, as X counts them"
    assert completeness[1].endswith("@a3: X counts about 2 posts, 1 were read; and 2 more")
