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
