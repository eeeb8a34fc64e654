"""The metrics of an account's day, and which days compare."""

from datetime import timedelta

import polars as pl

from tests.reports.rows import SUNDAY, measures, missing, rollups, row


def test_a_day_without_data_is_no_row_and_not_a_zero() -> None:
    found = measures(row(0, post_engagements=[5]), missing(1))
    assert found["day"].unique().to_list() == [SUNDAY]


def test_a_day_without_posts_is_a_zero() -> None:
    found = measures(row(0))
    values = dict(found.select("metric", "value").iter_rows())
    assert values == {"engagement": 0, "posts": 0}


def test_counts_read_at_another_age_are_not_compared_but_posts_and_tone_are() -> None:
    late = SUNDAY + timedelta(days=3)
    old = row(9, post_engagements=[5, 7], positive=2)
    old["collected_at"] = old["collected_at"].replace(day=late.day)
    found = measures(row(0, post_engagements=[5], positive=1), old)
    then = found.filter(pl.col("day") < SUNDAY)
    assert sorted(then["metric"]) == ["net", "posts"]


def test_an_hour_more_or_less_is_the_same_age() -> None:
    later = row(1, post_engagements=[5])
    later["collected_at"] += timedelta(hours=6)
    found = measures(row(0, post_engagements=[5]), later)
    assert "engagement" in found.filter(pl.col("day") < SUNDAY)["metric"].to_list()


def test_half_as_old_and_twice_as_old_still_compare_and_nothing_beyond() -> None:
    """The Sunday's counts are 18 hours old, from the middle of the day to its reading."""

    def compares(hours: float) -> bool:
        earlier = row(1, post_engagements=[5])
        earlier["collected_at"] += timedelta(hours=hours - 18)
        found = measures(row(0, post_engagements=[5]), earlier).filter(pl.col("day") < SUNDAY)
        return "engagement" in found["metric"].to_list()

    assert [compares(hours) for hours in (8.9, 9, 36, 36.1)] == [False, True, True, False]


def test_on_a_day_without_any_reading_the_earlier_days_keep_their_counts() -> None:
    found = measures(missing(0), row(1, post_engagements=[5]))
    assert "engagement" in found["metric"].to_list()


def test_one_scored_post_has_a_tone_and_one_impression_a_rate() -> None:
    found = measures(row(0, post_engagements=[1], positive=1, impressions=1, engagement_seen=1))
    values = dict(found.select("metric", "value").iter_rows())
    assert (values["net"], values["rate"]) == (100, 100)


def test_the_middle_of_a_day_represents_its_posts() -> None:
    read = row(0)  # six hours after the day ended
    assert rollups(read)["reading_age"].to_list() == [18]


def test_an_account_that_is_left_out_does_not_decide_how_old_the_days_counts_are() -> None:
    failed = row(0, "b", status="failed")
    failed["collected_at"] += timedelta(days=20)
    found = measures(row(0, "a", post_engagements=[5]), failed)
    assert "engagement" in found.filter(pl.col("account") == "a")["metric"].to_list()
