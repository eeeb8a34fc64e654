"""The table of the accounts: how many rows it shows at first, and which have their range."""

import pytest

from reports.views.accounts import accounts
from tests.reports.rows import figures, row, usual_days


@pytest.mark.parametrize(("number", "hidden"), [(50, 0), (51, 1)])
def test_fifty_accounts_are_shown_at_first_with_their_ranges_and_of_more_the_first_fifty(
    number: int, hidden: int
) -> None:
    names = [f"account{place:02}" for place in range(number)]
    days = [each for name in names for each in usual_days(name, 8, post_engagements=[10])]
    found = accounts(figures(*(row(0, name, post_engagements=[10]) for name in names), *days))
    assert found is not None
    assert [each.more for each in found.rows] == [False] * 50 + [True] * hidden
    assert found.all_shown == (not hidden)
    assert any(each.spark.bands for each in found.rows) == (not hidden)


@pytest.mark.parametrize("number", [50, 51])
def test_counted_mentions_have_a_line_of_28_days_where_the_table_is_not_cut(number: int) -> None:
    names = [f"account{place:02}" for place in range(number)]
    days = [row(back, name, mention_count=100 * back) for name in names[1:] for back in (0, 1, 3, 40)]
    found = accounts(figures(row(0, names[0]), *days))
    assert found is not None
    lines = {
        each.account: each.mentions and (each.mentions.spark, each.mentions.spark_label)
        for each in found.rows
    }
    assert lines[names[0]] == (None, "")  # never counted
    spark, label = lines[names[1]] or (None, "")
    assert label == "28 days: 0 to 300"
    if number == 50:
        assert spark is not None
        assert spark.lines == ("M96 15L100 21",)  # a gap of the day that was not counted
        assert spark.dot == (100, 21)
    else:
        assert spark is None
