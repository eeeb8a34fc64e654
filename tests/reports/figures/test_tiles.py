"""What only the tiles show."""

from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from reports.figures.accounts import accounts
from reports.figures.tiles import followers, rate_per_follower, total_followers
from reports.figures.trend import last_days, on_days
from reports.figures.usual.compare import compare
from tests.reports.rows import SUNDAY, measures, missing, rollups, row


def test_followers_are_carried_over_days_without_a_look_up_and_missing_accounts_are_left_out() -> None:
    rows = rollups(
        row(0, "a", followers=110),
        row(0, "b", followers=50),
        missing(0, "c", followers=9),
        row(1, "a", followers=110),
        row(2, "a", followers=100),
        row(2, "b", followers=45),
    )
    found = total_followers(followers(rows, SUNDAY))
    assert found.sort("day")["value"].to_list() == [145, 155, 160]
    assert found["value"].dtype == pl.Float64


def test_before_the_first_look_up_an_account_has_the_count_of_that_look_up() -> None:
    rows = rollups(row(0, "a", followers=110), row(1, "a", followers=None), row(2, "a", followers=None))
    assert total_followers(followers(rows, SUNDAY)).sort("day")["value"].to_list() == [110, 110, 110]


def test_no_account_has_the_followers_of_another_before_its_first_look_up() -> None:
    rows = rollups(
        *(row(0, name, followers=count) for name, count in (("a", 110), ("b", 50), ("c", 7))),
        *(row(1, name, followers=count) for name, count in (("a", 100), ("b", None), ("c", 6))),
    )
    found = followers(rows, SUNDAY)
    eve = found.filter(pl.col("day") < SUNDAY)
    assert dict(eve.select("account", "value").iter_rows()) == {"a": 100, "b": 50, "c": 6}


def test_the_rate_per_follower_is_a_ratio_of_sums_over_the_accounts_without_impressions() -> None:
    """Engagement 30 of 2 posts to 100 followers, and 10 of one to 300: 40 of 500 times that a follower got a post."""

    def rate(*rows: dict[str, Any]) -> float | None:
        aged = rollups(*rows)
        return rate_per_follower(accounts(aged, measures(*rows), compare(aged, SUNDAY), SUNDAY))

    seen = row(0, "seen", post_engagements=[9], engagement_seen=9, impressions=100, followers=1000)
    small = row(0, "small", post_engagements=[10, 20], followers=100)
    large = row(0, "large", post_engagements=[10], followers=300)
    assert rate(seen, small, large, missing(0, "gone", followers=7)) == pytest.approx(8)
    assert rate(seen, row(0, "silent", followers=100)) is None


def test_the_last_28_days_end_with_the_reports_and_a_day_without_a_value_is_a_gap() -> None:
    known = {0: 5.0, 1: 4.0, 27: 3.0, 28: 2.0}  # by how many days before the Sunday
    series = pl.DataFrame({"day": [SUNDAY - timedelta(days=back) for back in known], "value": known.values()})
    values = dict(series.select("day", "value").iter_rows())
    assert on_days(values, last_days(28, SUNDAY)) == [3, *[None] * 25, 4, 5]
