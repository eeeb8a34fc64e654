"""The tone and how sure it is."""

import math
from datetime import timedelta

import pytest

from reports.figures.tone import by_day, extremes, net_interval, tone
from tests.reports.rows import SUNDAY, missing, rollups, row


def test_shares_net_and_interval_of_four_posts() -> None:
    """p = 3/4, q = 1/4, n = 4: net 50, half interval 196 sqrt((1 - 1/4) / 4)."""
    found = tone(rollups(row(0, positive=3, negative=1))).row(0, named=True)
    assert (found["positive_share"], found["neutral_share"], found["negative_share"]) == (75, 0, 25)
    assert found["net"] == 50
    half = 196 * math.sqrt(0.75 / 4)
    assert found["net_low"] == pytest.approx(50 - half)
    assert found["net_high"] == 100  # clipped to the scale
    assert found["few"] is True


def test_ten_scored_posts_are_not_few() -> None:
    assert tone(rollups(row(0, neutral=10)))["few"].to_list() == [False]


def test_an_account_without_a_scored_post_has_no_tone() -> None:
    assert tone(rollups(row(0, "a", post_engagements=[5]), missing(0, "b"))).is_empty()


def test_up_to_twelve_accounts_are_all_shown() -> None:
    rows = [row(0, f"a{n}", positive=n, neutral=12 - n) for n in range(12)]
    assert extremes(rollups(*rows)).height == 12
    assert extremes(rollups(*rows, row(0, "more", neutral=12))).height == 12


def test_of_more_the_six_lowest_and_the_six_highest_that_are_no_small_sample() -> None:
    rows = [row(0, f"a{n:02}", positive=n, neutral=20 - n) for n in range(15)]
    found = extremes(rollups(*rows, row(0, "few", positive=1)))
    assert found["account"].to_list() == [f"a{n:02}" for n in (0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 13, 14)]


def test_where_all_samples_are_small_their_extremes_are_shown() -> None:
    rows = [row(0, f"a{n:02}", positive=n % 9, neutral=9 - n % 9) for n in range(18)]
    found = extremes(rollups(*rows))
    assert found["account"].to_list() == [f"a{n:02}" for n in (0, 9, 1, 10, 2, 11, 6, 15, 7, 16, 8, 17)]


def test_the_interval_of_the_total_is_of_all_posts_together_where_they_are_few() -> None:
    """Two accounts with 2 of 3 and 1 of 2 positive: p = 3/5, q = 1/5, n = 5; net 40."""
    half = 196 * math.sqrt((0.8 - 0.16) / 5)
    few = [row(0, "a", positive=2, neutral=1), row(0, "b", positive=1, negative=1), missing(0, "c")]
    found = net_interval(rollups(*few))
    assert found is not None
    assert found == pytest.approx((40 - half, 100))
    assert net_interval(rollups(*few, row(0, "d", neutral=5))) is None  # ten are enough
    assert net_interval(rollups(row(0, positive=4))) is None  # all alike: no width, and no certainty
    assert net_interval(rollups(row(0))) is None


def test_an_account_alone_has_the_tone_of_its_last_ten_days_with_scored_posts() -> None:
    found = by_day(rollups(row(0), *(row(back, neutral=1) for back in range(1, 13))))
    assert found["day"].to_list() == [SUNDAY - timedelta(days=back) for back in range(1, 11)]
